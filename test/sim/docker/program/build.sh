#!/bin/sh
# Builds program.c for each architecture into program.ARCHITECTURE.b64, which is what simulated hosts use: they need no compiler.
# Usage: build.sh     Needs gcc-x86-64-linux-gnu and gcc-aarch64-linux-gnu (Debian's names).
# Exit: 0 built, else as the compiler's.
set -eu
cd "$(dirname "$0")"
built=$(mktemp)
trap 'rm -f "$built"' EXIT
for architecture in x86_64 aarch64; do
  "$architecture-linux-gnu-gcc" -Os -Wall -Wextra -static -nostdlib -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
    -fno-tree-loop-distribute-patterns -Wl,--build-id=none,-z,noseparate-code,-z,norelro -s -o "$built" program.c
  base64 <"$built" >"program.$architecture.b64"
done
