#!/bin/sh
# Whether systemd has read a unit's files as they are now. Only looks.
# Usage: probe.sh UNIT
# Prints NeedDaemonReload=yes|no. Exit: as systemctl's.
set -u
systemctl show "$1" -p NeedDaemonReload
