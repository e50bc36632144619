# render.awk: prints one container, or what docker says of itself, by a template. With template.awk of test/sim.
{ load("C", $0) }
END {
  printf "%s\n", render(ENVIRON["TEMPLATE"], "C")
  if (FAULT != "") { print FAULT >"/dev/stderr"; exit 1 }
}
