#!/bin/sh
# A probe that does not come back.
# Usage: room-sleep.sh
# Exit: never
set -u
sleep 600
