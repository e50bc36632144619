# shellcheck shell=sh
# docker images: the two that every simulated host has.
printf '%-20s%-10s%-15s%s\n' REPOSITORY TAG 'IMAGE ID' SIZE lab/busybox 1 0a1b2c3d4e5f 4kB lab/distroless 1 1a2b3c4d5e6f 4kB
