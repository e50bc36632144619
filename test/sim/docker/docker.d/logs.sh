# shellcheck shell=sh
# docker logs CONTAINER: these containers say nothing.
need_container "${1-}"
