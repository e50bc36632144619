#!/bin/sh
# docker rename CONTAINER NAME. Usage: rename.sh rename CONTAINER NAME
set -u
. /sim/docker/lib.sh
need_container "$2"
put "$ID" "Name=\"/$3\""
