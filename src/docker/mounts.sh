#!/bin/sh
# Every mount of the given ids in every mount namespace, and who is in those namespaces. Only looks; reads only /proc.
# Usage: mounts.sh processes|threads ROOT DOCKERD_NAMESPACE [ID…]
#   threads: look into those of all threads, not of processes only. ROOT: Docker's data root. DOCKERD_NAMESPACE: inode.
#   ID: a container's or a layer's id, 64 hex digits, a component of the mounts' paths.
# Prints records, fields separated by tabs:
#   mount INODE LINE           LINE as in mountinfo: a path holds an ID, its device is that of such a mount, or it lies on one
#   parent INODE LINE          the mount that such a mount lies on
#   root INODE LINE            in dockerd's namespace: the mounts that cover ROOT or lie below it
#   copies INODE TOTAL LASTING     how many mounts it has below what it calls ROOT; LASTING: that are private
#   bind INODE LINE            the file of a mount namespace, mounted
#   process INODE PID START CGROUP COMMAND     START: field 22 of stat; 50 for each namespace with a mount, 3 with copies
#   processes INODE COUNT      how many there are
#   locked INODE               all of these are in a user namespace other than that of process 1
# Exit: 0 done, 5 /proc can't be listed.
set -u
who=$1
# As the kernel writes it in mountinfo.
root=$(printf '%s' "$2" | sed 's/\\/\\134/g; s/ /\\040/g')
dockerd=$3
shift 3
case $who in
  # One ls for all: a readlink for each costs twenty times as much.
  processes) namespaces=$(ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null) ;;
  *) namespaces=$(printf '%s\n' /proc/[0-9]*/task/[0-9]*/ns/mnt | xargs ls -ln 2>/dev/null) ;;
esac
[ -n "$namespaces" ] || { echo 'no mount namespace can be read below /proc' >&2; exit 5; }
{ printf '%s\n' "$@"; echo '='; printf '%s\n' "$namespaces"; } | ROOT=$root awk -v dockerd="$dockerd" '
  BEGIN { OFS = "\t"; root = ENVIRON["ROOT"] "/" }
  $0 == "=" { listing = 1; next }
  !listing { if ($0 != "") wanted[$0] = 1; next }
  { # … /proc/PID/ns/mnt -> mnt:[INODE]
    n = split($(NF - 2), part, "/"); inode = $NF; gsub(/[^0-9]/, "", inode)
    if (inode == "") next
    if (!(inode in count)) order[++spaces] = inode
    pids[inode, ++count[inode]] = part[n - 2]
  }
  # 2: one of the ids, 1: some other name that may be one, 0: none. Eight hex digits tell most other names apart.
  function holds(path,  at, found) {
    while (length(path) > 64 && (at = match(path, /\/[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]/))) {
      path = substr(path, at + 1)
      if (substr(path, 65) !~ /^(-init)?(\/|$)/) continue
      if (substr(path, 1, 64) in wanted) return 2
      found = 1
    }
    return found
  }
  function covers(path) { return path == "/" || index(root, path "/") == 1 || index(path "/", root) == 1 }
  function take(s, i, parent) { hit[i]; below[s] = below[s] " " parent }
  # One representative reads for all; the next one where it has gone.
  function read(s,  inode, file, i) {
    inode = order[s]; first[s] = total + 1
    for (i = 1; i <= count[inode] && total < first[s]; i++) {
      file = "/proc/" pids[inode, i] "/mountinfo"
      while ((getline < file) > 0) {
        lines[++total] = $0; device[total] = $3
        if (length($5) > 64 && (found = holds($5))) {
          if (index($5, root)) { copies[s]++; if ($7 == "-") lasting[s]++ }
          if (found == 2) { take(s, total, $2); devices[$3] }
        }
        if ($4 != "/") {
          if (length($4) > 64 && holds($4) == 2) { take(s, total, $2); base[s, $1]; based[s] }
          if (substr($4, 1, 5) == "mnt:[" && !(substr($4, 6, length($4) - 6) in count)) print "bind", inode, $0
        }
        if (inode == dockerd && covers($5)) print "root", inode, $0
      }
      close(file)
    }
    last[s] = total
    # On a part of a container that is bound elsewhere its mounts have other paths.
    if (s in based) for (i = first[s]; i <= total; i++) {
      split(lines[i], f, " ")
      if ((s, f[2]) in base) { base[s, f[1]]; devices[f[3]]; take(s, i, f[2]) }
    }
  }
  function show(s,  i, n, id, under) {
    for (i = first[s]; i <= last[s]; i++) if (device[i] in devices && !(i in hit)) { split(lines[i], f, " "); take(s, i, f[2]) }
    for (n = split(below[s], id, " "); n > 0; n--) under[id[n]]
    for (i = first[s]; i <= last[s] && below[s] != ""; i++) {
      if ((lines[i] + 0) in under) print "parent", order[s], lines[i]
      if (i in hit) print "mount", order[s], lines[i]
    }
  }
  function users(pid,  file, line) { file = "/proc/" pid "/uid_map"; getline line < file; close(file); return line }
  function program(pid,  file, line) {
    file = "/proc/" pid "/cmdline"; getline line < file; close(file)
    match(line, /^[A-Za-z0-9_.\/-]*/); line = substr(line, 1, RLENGTH); sub(/.*\//, "", line); return line
  }
  # The name stands in brackets and may hold anything; what follows the last ")" of stat counts from field 3.
  function process(inode, pid,  file, line, stat, cgroup, command) {
    file = "/proc/" pid "/stat"
    while ((getline line < file) > 0) stat = stat line " "
    close(file)
    if (stat == "") return
    match(stat, /.*\) /); command = substr(stat, index(stat, "(") + 1); sub(/\) [^)]*$/, "", command)
    split(substr(stat, RLENGTH + 1), f, " ")
    file = "/proc/" pid "/cgroup"
    while ((getline line < file) > 0) if (line ~ /:name=systemd:/ || (line ~ /^0::/ && cgroup == "")) { sub(/^[^:]*:[^:]*:/, "", line); cgroup = line }
    close(file)
    gsub(/\t/, " ", command); gsub(/\t/, " ", cgroup)
    # Cut at 15 bytes it names containerd and its shims alike; the first argument tells.
    if (command == "docker-containe") command = program(pid)
    print "process", inode, pid, f[20], cgroup, command
  }
  END {
    for (s = 1; s <= spaces; s++) read(s)
    init = users(1)
    for (s = 1; s <= spaces; s++) {
      show(s); inode = order[s]
      if (s in copies) print "copies", inode, copies[s], lasting[s] + 0
      most = below[s] != "" ? 50 : s in copies ? 3 : 0
      if (most) print "processes", inode, count[inode]
      locked = most == 50
      for (i = 1; i <= count[inode] && i <= most; i++) {
        process(inode, pids[inode, i])
        if (locked && users(pids[inode, i]) == init) locked = 0
      }
      if (locked) print "locked", inode
    }
  }'
