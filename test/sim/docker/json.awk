# json.awk: a JSON object as lines PATH=SCALAR. Exit: 0, 1 it is none: prints Go's words for it.
{ text = text $0 "\n" }
END {
  skip()
  if (text == "") { print "EOF"; exit 1 }
  value("")
  skip()
  if (!bad && text != "") fail("after top-level value")
  if (bad) { print bad; exit 1 }
  printf "%s", out
}
function skip() { sub(/^[ \t\r\n]+/, "", text) }
function fail(where) { if (!bad) bad = text == "" ? "unexpected end of JSON input" : "invalid character '" substr(text, 1, 1) "' " where; text = "" }
function value(path,   first) {
  skip()
  first = substr(text, 1, 1)
  if (first == "{") return members(path, "}")
  if (first == "[") return members(path, "]")
  if (match(text, /^"([^"\\\n]|\\.)*"/) || match(text, /^(true|false|null)/) || match(text, /^-?[0-9]+([.][0-9]+)?/)) {
    out = out path "=" substr(text, 1, RLENGTH) "\n"
    text = substr(text, RLENGTH + 1)
  } else fail("looking for beginning of value")
}
function members(path, last,   key, n) {
  text = substr(text, 2); skip()
  if (substr(text, 1, 1) == last) { text = substr(text, 2); return }
  for (;;) {
    key = n++
    if (last == "}") {
      skip()
      if (!match(text, /^"([^"\\\n]|\\.)*"/)) return fail("looking for beginning of object key string")
      key = substr(text, 2, RLENGTH - 2); text = substr(text, RLENGTH + 1); skip()
      if (substr(text, 1, 1) != ":") return fail("after object key")
      text = substr(text, 2)
    }
    value(path == "" ? key : path "." key)
    if (bad) return
    skip()
    if (substr(text, 1, 1) == last) { text = substr(text, 2); return }
    if (substr(text, 1, 1) != ",") return fail(last == "}" ? "after object key:value pair" : "after array element")
    text = substr(text, 2); skip()
    if (substr(text, 1, 1) == last) return fail("looking for beginning of " (last == "}" ? "object key string" : "value"))
  }
}
