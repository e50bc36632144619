#!/bin/sh
# Every mount of the given ids in every mount namespace, and who is in those namespaces. Only looks; reads only /proc.
# Usage: mounts.sh processes|threads ROOT DOCKERD_NAMESPACE [ID…]
#   threads: look into those of all threads, not of processes only. ROOT: Docker's data root. DOCKERD_NAMESPACE: inode.
#   ID: a container's or a layer's id, 64 hex digits, a component of the mounts' paths.
# Prints records, fields separated by tabs:
#   mount INODE LINE           LINE as in mountinfo: a path holds an ID, its device is that of such a mount, or it lies on one
#   parent INODE LINE          the mount that such a mount lies on
#   root INODE LINE            in dockerd's namespace: the mounts that cover ROOT or lie below it, without other containers'
#   copies INODE TOTAL LASTING     how many mounts it has below what it calls ROOT; LASTING: that are private
#   bind INODE LINE            the file of a mount namespace, mounted
#   process INODE PID START CGROUP COMMAND     START: field 22 of stat; 50 for each namespace with a mount, 1 with copies
#   shim INODE PID ID          such a process is the shim of this container
#   processes INODE COUNT      how many there are
#   locked INODE               the oldest of these is in a user namespace other than that of process 1
# Exit: 0 done, 5 /proc can't be listed. Nearly all the time goes by in awk: it takes mawk, the fastest, where there is one.
set -u
who=$1
# As the kernel writes it in mountinfo.
case $2 in *[\\\ ]*) root=$(printf '%s' "$2" | sed 's/\\/\\134/g; s/ /\\040/g') ;; *) root=$2 ;; esac
dockerd=$3
shift 3
case $who in
  # One ls for all: a readlink for each costs twenty times as much.
  processes) namespaces=$(ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null) ;;
  *) namespaces=$(printf '%s\n' /proc/[0-9]*/task/[0-9]*/ns/mnt | xargs ls -ln 2>/dev/null) ;;
esac
[ -n "$namespaces" ] || { echo 'no mount namespace can be read below /proc' >&2; exit 5; }
# shellcheck disable=SC2016 # awk's variables
{ printf '%s\n' "$@"; echo '='; printf '%s\n' "$namespaces"; } | ROOT=$root "$(command -v mawk || echo awk)" -v dockerd="$dockerd" '
  BEGIN { OFS = "\t"; root = ENVIRON["ROOT"] "/" }
  !listing { if ($0 == "=") listing = 1; else if ($0 != "") wanted[$0] = 1; next }
  { # … /proc/PID/ns/mnt -> mnt:[INODE]
    n = split($(NF - 2), part, "/"); inode = $NF; gsub(/[^0-9]/, "", inode)
    if (inode == "") next
    if (!(inode in count)) order[++spaces] = inode
    pids[inode, ++count[inode]] = part[n - 2]
  }
  # What a path holds, 1: no id, 2: one that is not asked for (3: below ROOT), 4: one that is (5: below ROOT).
  # Namespaces have copies of the same mounts: most paths have been judged before. Eight hex digits tell most other names apart.
  function judge(path,  rest, at, found) {
    for (rest = path; length(rest) > 64 && (at = match(rest, /\/[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]/)); ) {
      rest = substr(rest, at + 1)
      if (substr(rest, 65) !~ /^(-init)?(\/|$)/) continue
      found = substr(rest, 1, 64) in wanted ? 4 : 2
      if (found == 4) break
    }
    return verdict[path] = found ? found + (index(path, root) > 0) : 1
  }
  function covers(path) { return path == "/" || index(root, path "/") == 1 || index(path "/", root) == 1 }
  function take(s, i, parent) { hit[i]; below[s] = below[s] " " parent }
  # One representative reads for all; the next one where it has gone.
  function read(s,  inode, file, i, own, found, all, private) {
    inode = order[s]; own = inode == dockerd; first[s] = total + 1
    for (i = 1; i <= count[inode] && !(s in last); i++) {
      file = "/proc/" pids[inode, i] "/mountinfo"
      while ((getline < file) > 0) {
        last[s]
        if (!(found = verdict[$5])) found = judge($5)
        if (found == 3 || found == 5) {
          all++; if ($7 == "-") private++
          # Mounts of other containers neither carry these nor are the same.
          if (found == 3 && $4 == "/") continue
        }
        if (own && covers($5)) print "root", inode, $0
        if (found > 3) devices[$3]
        if ($4 != "/") {
          if (substr($4, 1, 5) == "mnt:[" && !(substr($4, 6, length($4) - 6) in count)) print "bind", inode, $0
          if (length($4) > 64 && judge($4) > 3) { found = 4; base[s, $1]; based[s] }
        }
        lines[++total] = $0; device[total] = $3
        if (found > 3) take(s, total, $2)
      }
      close(file)
    }
    last[s] = total
    if (all) { copies[s] = all; lasting[s] = private + 0 }
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
  function arguments(pid,  command, line) {
    command = "tr \"\\000\" \" \" </proc/" pid "/cmdline"; command | getline line; close(command); return line
  }
  # The name stands in brackets and may hold anything; what follows the last ")" of stat counts from field 3.
  function process(inode, pid,  file, line, stat, cgroup, command, at, word) {
    file = "/proc/" pid "/stat"
    while ((getline line < file) > 0) stat = stat line " "
    close(file)
    if (stat == "") return ""
    command = stat; sub(/^[^(]*\(/, "", command); sub(/\) [^)]*$/, "", command)
    sub(/.*\) /, "", stat); split(stat, f, " ")
    file = "/proc/" pid "/cgroup"
    while ((getline line < file) > 0)
      if ((at = index(line, ":name=systemd:"))) { cgroup = substr(line, at + 14); break }
      else if (index(line, "0::") == 1) cgroup = substr(line, 4)
    close(file)
    if (command ~ /^(docker-containe|containerd-shim)/) {
      line = arguments(pid)
      # Cut at 15 bytes it names containerd and its shims alike; the first argument tells.
      if (command == "docker-containe") { at = split(substr(line, 1, index(line " ", " ") - 1), word, "/"); command = word[at] }
      for (at = split(line, word, /[ \/]/); at > 0; at--) if (length(word[at]) == 64 && word[at] !~ /[^0-9a-f]/) { print "shim", inode, pid, word[at]; break }
    }
    gsub(/\t/, " ", command); gsub(/\t/, " ", cgroup)
    print "process", inode, pid, f[20], cgroup, command; return f[20]
  }
  END {
    for (s = 1; s <= spaces; s++) read(s)
    init = users(1)
    for (s = 1; s <= spaces; s++) {
      show(s); inode = order[s]
      if (s in copies) print "copies", inode, copies[s], lasting[s]
      most = below[s] != "" ? 50 : s in copies ? 1 : 0
      if (most) print "processes", inode, count[inode]
      oldest = ""
      for (i = 1; i <= count[inode] && i <= most; i++) {
        start = process(inode, pids[inode, i])
        if (start != "" && (oldest == "" || start + 0 < oldest)) { oldest = start + 0; pid = pids[inode, i] }
      }
      # Others may have come in from outside; mounts are held fast by who made the namespace.
      if (most == 50 && oldest != "" && users(pid) != init) print "locked", inode
    }
  }'
