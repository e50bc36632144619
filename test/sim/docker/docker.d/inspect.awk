# inspect.awk: after template.awk and containers.awk; FORMAT is in the environment.
END {
  if (ENVIRON["FORMAT"] == "") printf "["
  for (i = 1; i <= N; i++) {
    if (ENVIRON["FORMAT"] == "") {
      forget("C" i, "Sim")
      printf "%s\n    %s", (i > 1 ? "," : ""), pretty("C" i, "    ")
      continue
    }
    line = render(ENVIRON["FORMAT"], "C" i)
    if (FAULT != "") { print "Template parsing error: template: :1: executing \"\" at " FAULT > "/dev/stderr"; exit 64 }
    print line
  }
  if (ENVIRON["FORMAT"] == "") print "\n]"
}

function forget(node, what,   k) {
  for (k = 1; k <= size[node]; k++) if (name[node, k] == what) {
    for (; k < size[node]; k++) name[node, k] = name[node, k + 1]
    size[node]--
  }
}
