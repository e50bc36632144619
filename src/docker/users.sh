#!/bin/sh
# Who uses files that docker would delete along with these containers: another mount of them, an open file, a working directory,
# a root, a program, a loop device. Only looks: mountinfo and the texts of links, no file of theirs is touched.
# Usage: users.sh ROOT [CONTAINER LAYER ROOTFS]…     ROOT: docker's data root. ROOTFS: below it, where the layer is mounted
#   A layer that is not known: '' ''.
# Prints a record for each, fields separated by tabs; at most 20 for each container:
#   use CONTAINER INODE PID WHAT CGROUP COMMAND     INODE: of its mount namespace. PID: 0 is the kernel itself
# Not docker's own mounts and copies of those, nor what dockerd has open, nor logs and settings that somebody only reads.
# Exit: 0 done, 5 /proc can't be listed.
set -u
root=$1
shift
[ $# -gt 0 ] || exit 0
# One ls for all: a readlink for each costs twenty times as much.
namespaces=$(ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null)
[ -n "$namespaces" ] || { echo 'no mount namespace can be read below /proc' >&2; exit 5; }
# shellcheck disable=SC2016 # awk's variables
{
  while [ $# -gt 2 ]; do printf 'container %s %s %s\n' "$1" "${2:--}" "$(printf %s "$3" | tr ' ' '\t')"; shift 3; done
  printf '%s\n' "$namespaces" '='
  for file in /sys/block/loop*/loop/backing_file; do
    [ ! -e "$file" ] || { read -r path <"$file" && printf 'loop %s %s\n' "$(expr "$file" : '/sys/block/\([^/]*\)')" "$path"; }
  done
  printf '%s\n' /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe /proc/[0-9]*/fd | xargs ls -ln 2>/dev/null
} | ROOT=$root "$(command -v mawk || echo awk)" '
  BEGIN {
    OFS = "\t"; root = ENVIRON["ROOT"]; slash = sprintf("%c", 92)
    for (i = 1; i <= 64; i++) long_id = long_id "[0-9a-f]"
  }
  # As the kernel writes a path in mountinfo.
  function kernel(path,  out, i, c) {
    for (i = 1; i <= length(path); i++) {
      c = substr(path, i, 1)
      out = out (c == slash ? slash "134" : c == " " ? slash "040" : c == "\t" ? slash "011" : c == "\n" ? slash "012" : c)
    }
    return out
  }
  function ends(text, end) { return end != "" && length(text) >= length(end) && substr(text, length(text) - length(end) + 1) == end }
  # Whether this directory, or one of its init layer, is a component of the path.
  function part(path, name,  at, rest) {
    for (rest = path; name != "" && (at = index(rest, "/" name)); ) {
      rest = substr(rest, at + 1 + length(name))
      if (rest == "" || rest ~ /^(-init)?(\/|$)/) return 1
    }
    return 0
  }
  function below(path, base) { return index(path, base "/") == 1 }
  # The container whose directories hold this place, told by how docker names them: 0 is none.
  function owner(path, containers, store,  c) {
    for (c = 1; c <= n; c++)
      if ((below(path, containers) && part(substr(path, length(containers) + 1), id[c])) || (below(path, store) && part(substr(path, length(store) + 1), layer[c]))) return c
    return 0
  }
  # Where the mount lies, below whatever is stacked at its own mountpoint: at docker s own place?
  function own(i, c,  on, here, key, k) {
    for (on = i; (space[i], parent[on]) in number && number[space[i], parent[on]] != on; ) {
      on = number[space[i], parent[on]]
      if (point[on] != point[i]) { here = device[on] " " joined(from[on], point[on], point[i]); break }
    }
    for (key in places) { split(key, k, SUBSEP); if (k[1] == 2 && (here == k[2] rest[c] || here == k[2] before[c])) return 1 }
    return 0
  }
  # What a path is in the filesystem that is mounted above it.
  function joined(from, point, path) { return (from == "/" ? "" : from) substr(path, point == "/" ? 1 : length(point) + 1) }
  function use(c, inode, pid, what,  file, line, stat, cgroup, command, at) {
    if (++uses[c] > 20) return
    if (pid != 0) {
      file = "/proc/" pid "/stat"
      while ((getline line < file) > 0) stat = stat line " "
      close(file)
      command = stat; sub(/^[^(]*\(/, "", command); sub(/\) [^)]*$/, "", command)
      file = "/proc/" pid "/cgroup"
      while ((getline line < file) > 0)
        if ((at = index(line, ":name=systemd:"))) { cgroup = substr(line, at + 14); break }
        else if (index(line, "0::") == 1) cgroup = substr(line, 4)
      close(file)
    }
    gsub(/[\t\n]/, " ", command); gsub(/\t/, " ", cgroup); gsub(/\t/, " ", what)
    print "use", id[c], inode, pid, what, cgroup, command
  }
  # The host s own daemon or client, not who has only its name: root s, and in no container.
  function is_docker(pid,  file, line, is) {
    file = "/proc/" pid "/comm"; getline line < file; close(file)
    if (line !~ /^(docker|dockerd)(-current|-latest)?$/) return 0
    file = "/proc/" pid "/status"
    while ((getline line < file) > 0) if (line ~ /^Uid:[ \t]+0[ \t]/) is = 1
    close(file)
    file = "/proc/" pid "/cgroup"
    while ((getline line < file) > 0) if (line ~ long_id) is = 0
    close(file)
    return is
  }
  # One representative reads for all; the next one where it has gone.
  function read(s,  inode, i, line, f, m) {
    inode = order[s]
    for (i = 1; i <= count[inode] && !(s in reader); i++) {
      while ((getline line < ("/proc/" pids[inode, i] "/mountinfo")) > 0) {
        if (!(s in reader)) { reader[s] = pids[inode, i]; first[s] = mounts + 1 }
        split(line, f, " ")
        space[++mounts] = s; parent[mounts] = f[2]; device[mounts] = f[3]; from[mounts] = f[4]; point[mounts] = f[5]; number[s, f[1]] = mounts
        if (line ~ ids) named[mounts] = line
        # What covers docker s directories tells where they lie in their filesystems; in each namespace, for it may differ.
        for (m = 1; m <= 2; m++)
          if (f[5] == "/" || below(home[m], f[5]) || home[m] == f[5]) if (length(f[5]) >= length(best[s, m])) { best[s, m] = f[5]; place[s, m] = f[3] " " joined(f[4], f[5], home[m]) }
      }
      close("/proc/" pids[inode, i] "/mountinfo")
    }
    last[s] = mounts
    for (m = 1; m <= 2; m++) if ((s, m) in place) places[m, place[s, m]]
  }
  # Places are pairs: of containers/ and of the storage driver s directory.
  function lies(device, path,  key, k, base, c) {
    for (key in places) {
      split(key, k, SUBSEP); base = k[2]
      if (index(base, device " ") != 1) continue
      base = substr(base, length(device) + 2)
      if (!below(path, base)) continue
      for (c = 1; c <= n; c++) if (part(substr(path, length(base) + 1), k[1] == 1 ? id[c] : layer[c])) { kind = k[1]; return c }
    }
    return 0
  }
  # The container to which this path of a namespace belongs: 0 is none. kind 1: it lies in its directory.
  function at_path(s, path,  i, on) {
    kind = 2
    for (i = first[s]; i <= last[s]; i++) if ((point[i] == "/" || point[i] == path || below(path, point[i])) && (on == 0 || length(point[i]) >= length(point[on]))) on = i
    if (on == 0) return 0
    return device[on] in mine ? mine[device[on]] : lies(device[on], joined(from[on], point[on], path))
  }
  function look_at_mounts(  i, c, options) {
    for (i = 1; i <= mounts; i++) if (i in named)
      for (c = 1; c <= n; c++) {
        options = named[i]; sub(/.* - /, "", options)
        if (layer[c] != "" && (index(options, "upperdir=" kernel(store "/" layer[c]) "/") || index(options, "upperdir=" layer[c] "/"))) mine[device[i]] = c
        else if (from[i] == "/" && (ends(point[i], suffix[c]) || ends(point[i], initial[c]))) mine[device[i]] = c
        else if (layer[c] != "" && refers(options, c)) lower[i] = c
      }
    for (i = 1; i <= mounts; i++) {
      if (from[i] ~ /\/\/deleted$/) continue
      # Docker s own: its whole filesystem at its own place, or that directory at that place.
      if (i in lower) c = lower[i]
      else if (device[i] in mine) { c = mine[device[i]]; if (from[i] == "/" && own(i, c)) continue }
      else if (i in named) { c = lies(device[i], from[i]); if (c && ends(from[i], suffix[c]) && own(i, c)) continue }
      else continue
      if (c && !((space[i], c) in shown)) { shown[space[i], c]; use(c, order[space[i]], reader[space[i]], (i in lower ? "overlay " : "mount ") point[i]) }
    }
  }
  # Another overlay has it among its directories, by its whole path or by that below the driver s.
  function refers(options, c,  at, before, rest) {
    for (rest = options; (at = index(rest, layer[c] "/")); rest = substr(rest, at + length(layer[c]))) {
      before = substr(rest, 1, at - 1)
      if (before ~ /[=:]$/ || ends(before, kernel(store) "/")) return 1
    }
    return 0
  }
  state == 0 && $1 == "container" && $2 ~ /^[0-9a-f]+$/ {
    id[++n] = $2; layer[n] = $3 == "-" ? "" : $3
    rootfs = substr($0, length($1 $2 $3) + 4); gsub(/\t/, " ", rootfs)
    suffix[n] = rootfs == "" ? "" : kernel(substr(rootfs, length(root) + 1))
    initial[n] = suffix[n]; if (layer[n] != "") sub(layer[n], layer[n] "-init", initial[n])
    if (rootfs != "") {
      store = substr(rootfs, length(root) + 2); sub(/\/.*/, "", store)
      rest[n] = substr(suffix[n], length(store) + 2); before[n] = substr(initial[n], length(store) + 2); store = root "/" store
    }
    ids = ids (n > 1 ? "|" : "") id[n] (layer[n] == "" ? "" : "|" layer[n])
    next
  }
  state == 0 && $0 != "=" {
    m = split($(NF - 2), piece, "/"); inode = $NF; gsub(/[^0-9]/, "", inode)
    if (inode == "") next
    if (!(inode in count)) { order[++spaces] = inode; spaced[inode] = spaces }
    pids[inode, ++count[inode]] = piece[m - 2]; lives[piece[m - 2]] = inode
    next
  }
  state == 0 {
    state = 1
    home[1] = kernel(root "/containers"); home[2] = kernel(store == "" ? root "/no" : store)
    for (s = 1; s <= spaces; s++) read(s)
    look_at_mounts()
    next
  }
  $0 !~ ids { if (NF == 1 && $0 ~ /^\/proc\/[0-9]+\/fd:$/) { split($0, piece, "/"); listed = piece[3] } next }
  $1 == "loop" {
    path = substr($0, length($2) + 7)
    if (path !~ / \(deleted\)$/ && (c = owner(path, root "/containers", store))) use(c, "", 0, "loop /dev/" $2 " of " path)
    next
  }
  (at = index($0, " -> ")) {
    path = substr($0, at + 4)
    if (path ~ / \(deleted\)$/) next
    link = substr($0, 1, at - 1); sub(/.* /, "", link)
    if (split(link, piece, "/") == 4) { pid = piece[3]; what = piece[4] } else { pid = listed; what = "fd" }
    if (!(pid in lives)) next
    if (!(c = at_path(spaced[lives[pid]], kernel(path)))) next
    # Its log and its settings.
    if (what == "fd" && kind == 1 && substr($1, 3, 1) != "w") next
    if ((pid, c) in told || is_docker(pid)) next
    told[pid, c]
    use(c, lives[pid], pid, (what == "cwd" ? "working directory " : what == "root" ? "root " : what == "exe" ? "program " : "open file ") path)
  }'
