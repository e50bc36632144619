#!/bin/sh
# docker create: as run, without the start.
exec sh /sim/docker/docker.d/run.sh "$@"
