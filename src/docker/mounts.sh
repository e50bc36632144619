#!/bin/sh
# Every mount of the given ids in every mount namespace, and who is in those namespaces. Only looks; reads only /proc.
# Usage: mounts.sh ROOT DOCKERD_NAMESPACE ID…
#   ROOT: Docker's data root. DOCKERD_NAMESPACE: inode. ID: a container's or a layer's id, a component of the mounts' paths.
# Prints records, fields separated by tabs:
#   mount INODE LINE           LINE as in mountinfo: a path holds an ID, or its device is that of such a mount
#   parent INODE LINE          the mount that such a mount lies on
#   root INODE LINE            in dockerd's namespace: the mounts that cover ROOT or lie below it
#   process INODE PID START CGROUP COMMAND     START: field 22 of stat; at most 50 for each namespace that has a mount
#   processes INODE COUNT      how many there are
#   locked INODE               all of these are in a user namespace other than that of process 1
# Exit: 0 done, 5 /proc can't be listed.
set -u
# As the kernel writes it in mountinfo.
root=$(printf '%s' "$1" | sed 's/\\/\\134/g; s/ /\\040/g')
dockerd=$2
shift 2
# One ls for all processes: a readlink for each costs twenty times as much.
namespaces=$(ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null)
[ -n "$namespaces" ] || { echo 'no mount namespace can be read below /proc' >&2; exit 5; }
{ printf '%s\n' "$@"; echo '='; printf '%s\n' "$namespaces"; } | ROOT=$root awk -v dockerd="$dockerd" '
  BEGIN { OFS = "\t"; root = ENVIRON["ROOT"] }
  $0 == "=" { listing = 1; next }
  !listing { if ($0 != "") wanted[$0] = 1; next }
  { # … /proc/PID/ns/mnt -> mnt:[INODE]
    split($(NF - 2), part, "/"); inode = $NF; gsub(/[^0-9]/, "", inode)
    if (inode == "") next
    if (!(inode in count)) order[++spaces] = inode
    pids[inode, ++count[inode]] = part[3]
  }
  function holds(path,  n, i, c, id) {
    n = split(path, c, "/")
    for (i = 2; i <= n; i++) { id = c[i]; sub(/-init$/, "", id); if (id in wanted) return 1 }
    return 0
  }
  function covers(path) { return path == "/" || index(root "/", path "/") == 1 || index(path "/", root "/") == 1 }
  # One representative reads for all; the next one where it has gone.
  function read(inode,  i, file, line, f, got) {
    for (i = 1; i <= count[inode] && !got; i++) {
      file = "/proc/" pids[inode, i] "/mountinfo"
      while ((getline line < file) > 0) {
        got = 1
        split(line, f, " ")
        lines[++total] = line; home[total] = inode; number[total] = f[1]; device[total] = f[3]
        if (holds(f[5]) || holds(f[4])) { devices[f[3]] = 1; hit[total] = 1; parents[inode, f[2]] = 1 }
        if (inode == dockerd && covers(f[5])) print "root", inode, line
      }
      close(file)
    }
  }
  function users(pid,  file, line) { file = "/proc/" pid "/uid_map"; getline line < file; close(file); return line }
  # The kernel text of a process: what stands after the last ")" of stat counts from field 3.
  function process(inode, pid,  file, line, f, cgroup, command) {
    file = "/proc/" pid "/stat"
    if ((getline line < file) <= 0) { close(file); return }
    close(file); sub(/^.*\) /, "", line); split(line, f, " ")
    file = "/proc/" pid "/cgroup"
    while ((getline line < file) > 0) if (line ~ /:name=systemd:/ || (line ~ /^0::/ && cgroup == "")) { sub(/^[^:]*:[^:]*:/, "", line); cgroup = line }
    close(file)
    file = "/proc/" pid "/comm"; getline command < file; close(file)
    gsub(/\t/, " ", command); gsub(/\t/, " ", cgroup)
    print "process", inode, pid, f[20], cgroup, command
  }
  END {
    for (s = 1; s <= spaces; s++) read(order[s])
    for (i = 1; i <= total; i++) {
      if ((home[i], number[i]) in parents) print "parent", home[i], lines[i]
      if (i in hit || device[i] in devices) { print "mount", home[i], lines[i]; shown[home[i]] = 1 }
    }
    for (s = 1; s <= spaces; s++) if ((inode = order[s]) in shown) {
      print "processes", inode, count[inode]
      locked = 1
      for (i = 1; i <= count[inode] && i <= 50; i++) {
        process(inode, pids[inode, i])
        if (users(pids[inode, i]) == users(1)) locked = 0
      }
      if (locked) print "locked", inode
    }
  }'
