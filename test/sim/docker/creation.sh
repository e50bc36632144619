# shellcheck shell=sh
# creation.sh: what docker run makes of its options. Sourced after lib.sh and drivers.sh; uses ID, layer, name, binds, policy, ipc.

# bind SOURCE:PATH[:OPTIONS]: a line SOURCE PATH PROPAGATION in binds. Refuses as 18.03 and later do (moby 589a0afa8c).
bind() {
  source=${1%%:*} path=${1#*:} options='' propagation=''
  case $path in *:*) options=${path#*:} path=${path%%:*} ;; esac
  for option in $(echo "$options" | tr , ' '); do
    case $option in *private | *slave | *shared) propagation=$option ;; esac
  done
  case $source in /*) ;; *) source=$ROOT/volumes/$source/_data; mkdir -p "$source" ;; esac
  mkdir -p "$source"
  if [ "$V" -ge 1803 ] && concerns_root "$source"; then
    case $propagation in
      '') propagation=rslave ;;
      *slave | *shared) ;;
      *) refuse "invalid mount config: must use either propagation mode \"rslave\" or \"rshared\" when mount source is within the daemon root, daemon root: \"$ROOT\", bind mount source: \"$source\", propagation: \"$propagation\"" ;;
    esac
  fi
  case $propagation in
    *shared) shared_here "$source" || refuse "path $source is mounted on / but it is not a shared mount" ;;
  esac
  binds="$binds$source	$path	${propagation:-rprivate}
"
}

concerns_root() {
  case $ROOT/ in "${1%/}"/*) return 0 ;; esac
  case $1/ in "$ROOT"/*) return 0 ;; *) return 1 ;; esac
}

# The deepest mount that holds it is in a peer group.
shared_here() {
  AT=$(kernel_text "$1")/ awk 'BEGIN { path = ENVIRON["AT"] } { at = $5 == "/" ? "/" : $5 "/" }
    index(path, at) == 1 && length(at) >= best { best = length(at); shared = / shared:[0-9]/ } END { exit !shared }' /proc/self/mountinfo
}

# create IMAGE: state, layer and directory of the container.
create() {
  database=$ROOT/image/$DRIVER/layerdb/mounts/$ID
  mkdir -p "$database" "$ROOT/containers/$ID"
  printf '%s' "$layer" >"$database/mount-id"
  printf '%s-init' "$layer" >"$database/init-id"
  printf 'sha256:%s' "$layer" >"$database/parent"
  make_layer "$layer"
  printf '%s' "$binds" >"$S/binds/$ID"
  now=$(date +'%s %Y-%m-%dT%H:%M:%S.%NZ')
  : "${ipc:=private}"
  cat >"$S/containers/.$ID" <<END
Id="$ID"
Created="${now#* }"
Path="/bin/sleep"
State.Status="created"
State.Running=false
State.Paused=false
State.Restarting=false
State.OOMKilled=false
State.Dead=false
State.Pid=0
State.ExitCode=0
State.Error=""
State.StartedAt="0001-01-01T00:00:00Z"
State.FinishedAt="0001-01-01T00:00:00Z"
Image="sha256:0a1b2c3d4e5f"
Name="/$name"
RestartCount=0
Driver="$DRIVER"
HostConfig.RestartPolicy.Name="$policy"
HostConfig.RestartPolicy.MaximumRetryCount=0
HostConfig.IpcMode="$ipc"
Config.Image="$1"
Config.Labels={}
GraphDriver.Name="$DRIVER"
$(graph_data)
$(mounts_as_json)
Sim.Created=${now%% *}
Sim.Since=${now%% *}
END
  mv "$S/containers/.$ID" "$S/containers/$ID"
  save_config "$ID" new
}

graph_data() {
  directory=$(layer_dir "$layer")
  case $DRIVER in
    overlay2)
      printf 'GraphDriver.Data.%s\n' "LowerDir=\"$directory-init/diff\"" "MergedDir=\"$directory/merged\"" "UpperDir=\"$directory/diff\"" "WorkDir=\"$directory/work\""
      ;;
    overlay) printf 'GraphDriver.Data.%s\n' "MergedDir=\"$directory/merged\"" "UpperDir=\"$directory/upper\"" "WorkDir=\"$directory/work\"" ;;
    devicemapper) printf 'GraphDriver.Data.%s\n' "DeviceId=\"$(cat "$ROOT/devicemapper/metadata/$layer")\"" "DeviceName=\"docker-253:1-67-$layer\"" ;;
    *) echo GraphDriver.Data=null ;;
  esac
}

mounts_as_json() {
  printf '%s' "$binds" | awk -F'\t' -v volumes="$ROOT/volumes/" '$1 != "tmpfs" {
    m = "Mounts." n++ "."
    print m "Type=\"" (index($1, volumes) == 1 ? "volume" : "bind") "\""
    print m "Source=\"" $1 "\""; print m "Destination=\"" $2 "\""; print m "Mode=\"\""; print m "RW=true"; print m "Propagation=\"" $3 "\""
  } END { if (!n) print "Mounts=[]" }'
}
