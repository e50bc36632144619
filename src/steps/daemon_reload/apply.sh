#!/bin/sh
# Makes systemd read all unit files again; starts and stops nothing.
# Usage: apply.sh
# Exit: as systemctl's.
set -u
systemctl daemon-reload
