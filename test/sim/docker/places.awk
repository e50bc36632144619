# places.awk: exit 0 where WANTED, a path in the namespace `own` as mountinfo writes it, is a mountpoint by the rule: in any namespace, or only in `own`.
# Input: NAMESPACE and a line of its mountinfo. A place is a device and a path inside it, which tell the same directory in every namespace.
{
  key = $1 SUBSEP $2
  ns[NR] = $1; parent[NR] = $1 SUBSEP $3; device[key] = $4; root[key] = $5 == "/" ? "" : $5; at[key] = $6 == "/" ? "" : $6
  point[NR] = $6; line[NR] = key
}
END {
  wanted = ENVIRON["WANTED"]
  best = -1
  # The deepest mount above it, the last of a stack; not one at the place itself.
  for (i = 1; i <= NR; i++) if (ns[i] == own && point[i] != wanted && index(wanted "/", at[line[i]] "/") == 1 && length(at[line[i]]) >= best) {
    best = length(at[line[i]]); above = line[i]
  }
  place = device[above] " " root[above] substr(wanted, best + 1)
  for (i = 1; i <= NR; i++) {
    if (rule == "own" && ns[i] != own || !(parent[i] in device) || parent[i] == line[i]) continue
    p = parent[i]
    if (device[p] " " root[p] substr(point[i], length(at[p]) + 1) == place) exit 0
  }
  exit 1
}
