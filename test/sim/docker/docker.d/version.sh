# shellcheck shell=sh
# docker version [-f TEMPLATE]
case $V in
  11[0-2]) api=1.$((V - 88)) ;;
  113) api=1.26 ;;
  1703) api=1.27 ;; 1706) api=1.30 ;; 1709) api=1.32 ;; 1712) api=1.35 ;; 1803) api=1.37 ;; 1806) api=1.38 ;; 1809) api=1.39 ;;
  1903) api=1.40 ;; 2010) api=1.41 ;; 23*) api=1.42 ;; 24*) api=1.43 ;; 2[5-7]*) api=1.47 ;; *) api=1.50 ;;
esac
format=''
case ${1-} in
  -f | --format) format=$2 ;;
  -f=* | --format=*) format=${1#*=} ;;
esac
[ -n "${DOCKERD-}" ] && [ -d "/proc/$DOCKERD" ] && server=yes || server=''
if [ -n "$format" ]; then
  [ -n "$server" ] || unreachable
  FORMAT=$format exec awk -v version="$DOCKER_VERSION" -v api=$api -f "$SIM/template.awk" -f "$SIM/docker.d/version.awk"
fi
printf 'Client:\n Version:      %s\n API version:  %s\n OS/Arch:      linux/amd64\n' "$DOCKER_VERSION" $api
[ -n "$server" ] || unreachable
printf '\nServer:\n Version:      %s\n API version:  %s\n OS/Arch:      linux/amd64\n' "$DOCKER_VERSION" $api
