# ps.awk: rows of docker ps. After template.awk and containers.awk; FORMAT and FILTERS are in the environment.
END {
  srand(); srand_now = srand()
  read_filters(ENVIRON["FILTERS"])
  format = ENVIRON["FORMAT"]
  table = !given || format ~ /^table /
  sub(/^table /, "", format)
  if (!given) format = quiet ? "{{.ID}}" : "{{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.CreatedAt}}\\t{{.Status}}\\t{{.Ports}}\\t{{.Names}}"
  if (quiet) table = 0
  gsub(/\\t/, "\t", format); gsub(/\\n/, "\n", format)
  for (j = 1; j <= N; j++) {
    i = BY_AGE[j]
    row(i)
    if (!wanted(i)) continue
    line = render(format, "R" i)
    if (FAULT != "") { print "template parsing error: template: :1: " FAULT > "/dev/stderr"; exit 64 }
    LINE[++count] = line
  }
  if (table) LINE[0] = heading(format)
  for (j = table ? 0 : 1; j <= count; j++) print table ? aligned(LINE[j]) : LINE[j]
}

# Before 1.13 the state of a container that is being removed is "dead"; later it is told as such, also long after it has failed.
function state(i) { return text(i, "Sim.Listed") != "<no value>" && LEAF["C" i ".Sim.Listed"] != "" ? text(i, "Sim.Listed") : text(i, "State.Status") }

function row(i,   r, id, s) {
  r = "R" i
  id = text(i, "Id"); s = state(i)
  put(r, "ID", quote(trunc ? substr(id, 1, 12) : id))
  put(r, "Names", quote(substr(text(i, "Name"), 2)))
  put(r, "Image", LEAF["C" i ".Config.Image"])
  put(r, "Command", quote("\"" text(i, "Path") " 1000000\""))
  put(r, "CreatedAt", quote(ago(text(i, "Sim.Created")) " ago"))
  put(r, "RunningFor", quote(ago(text(i, "Sim.Created")) " ago"))
  put(r, "Ports", "\"\"")
  put(r, "Labels", "\"\"")
  put(r, "Status", quote(status(i, s)))
  # docker/cli 20.10
  if (version >= 2010) put(r, "State", quote(s))
}

function status(i, s) {
  if (s == "removing") return "Removal In Progress"
  if (s == "dead") return "Dead"
  if (s == "created") return "Created"
  if (s == "running") return "Up " ago(text(i, "Sim.Since"))
  return "Exited (" text(i, "State.ExitCode") ") " ago(text(i, "Sim.Since")) " ago"
}

function ago(since,   s) {
  s = srand_now - since
  if (s < 2) return version >= 1706 ? "1 second" : "Less than a second"
  if (s < 60) return s " seconds"
  if (s < 120) return "About a minute"
  if (s < 3600) return int(s / 60) " minutes"
  if (s < 7200) return "About an hour"
  return int(s / 3600) " hours"
}

function read_filters(list,   n, line, k, key) {
  n = split(list, line, "\n")
  for (k = 1; k <= n; k++) if (line[k] != "") {
    key = line[k]; sub(/=.*/, "", key)
    FILTER[++filters] = key
    VALUE[filters] = substr(line[k], length(key) + 2)
    keys[key] = 1
  }
}

# Values of one key: any of them. Different keys: all of them.
function wanted(i,   key, k, hit, s) {
  s = state(i)
  if (!all && s != "running" && !("status" in keys)) return 0
  for (key in keys) {
    hit = 0
    for (k = 1; k <= filters; k++) if (FILTER[k] == key) {
      if (key == "status" && s == VALUE[k]) hit = 1
      if (key == "id" && index(text(i, "Id"), VALUE[k]) == 1) hit = 1
      if (key == "name" && substr(text(i, "Name"), 2) ~ VALUE[k]) hit = 1
    }
    if (!hit) return 0
  }
  return 1
}

function heading(format) {
  gsub(/[{][{] *[.]ID *[}][}]/, "CONTAINER ID", format)
  gsub(/[{][{] *[.]CreatedAt *[}][}]/, "CREATED", format)
  while (match(format, /[{][{] *[.][A-Za-z]+ *[}][}]/))
    format = substr(format, 1, RSTART - 1) toupper(field(substr(format, RSTART, RLENGTH))) substr(format, RSTART + RLENGTH)
  return format
}

function field(action) { gsub(/[{}. ]/, "", action); return action }

function aligned(line,   n, cell, k, j, out, width, other) {
  n = split(line, cell, "\t")
  for (k = 1; k < n; k++) {
    width = version >= 2010 ? 10 : 20
    for (j = 0; j <= count; j++) { split(LINE[j], other, "\t"); if (length(other[k]) + 3 > width) width = length(other[k]) + 3 }
    out = out sprintf("%-" width "s", cell[k])
  }
  return out cell[n]
}
