#!/bin/sh
# Stands for the look of an undo that always does what it is to do. Only looks.
# Usage: probe-undo.sh
# Exit: 0.
set -u
exit 0
