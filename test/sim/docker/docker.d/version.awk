# version.awk: docker version -f. After template.awk.
BEGIN {
  for (i = split("Client Server", side, " "); i; i--) {
    put("V", side[i] ".Version", quote(version))
    put("V", side[i] ".APIVersion", quote(api))
    put("V", side[i] ".Os", "\"linux\"")
  }
  format = render(ENVIRON["FORMAT"], "V")
  if (FAULT == "") print format
  else { print "template: :1: executing \"\" at " FAULT > "/dev/stderr"; exit 64 }
}
