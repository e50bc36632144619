# template.awk: a tree of JSON values, and the part of Go's text/template that docker's --format needs.
# load(root, "State.Pid=12") puts a leaf into the tree; render(text, root) gives the text, or sets FAULT.
# Actions: .A.B  $.A  json X  len X  index X KEY  eq|ne X Y  not X  println X  upper X  lower X  if X  range X  with X  else  end, X | json

function load(root, line,   at) {
  at = index(line, "=")
  put(root, substr(line, 1, at - 1), substr(line, at + 1))
}

function put(root, path, value,   n, part, i, node) {
  n = split(path, part, ".")
  node = root
  for (i = 1; i <= n; i++) {
    if (!((node SUBSEP part[i]) in child)) {
      child[node, part[i]] = ++size[node]
      name[node, size[node]] = part[i]
    }
    delete LEAF[node]
    node = node "." part[i]
  }
  for (i = 1; i <= size[node]; i++) delete child[node, name[node, i]]
  size[node] = 0
  LEAF[node] = value
}

function json(node,   i, out, list) {
  if (node in LEAF) return LEAF[node]
  if (!size[node]) return "null"
  list = name[node, 1] == "0"
  for (i = 1; i <= size[node]; i++)
    out = out (i > 1 ? "," : "") (list ? "" : "\"" name[node, i] "\":") json(node "." name[node, i])
  return list ? "[" out "]" : "{" out "}"
}

function pretty(node, indent,   i, out, list, inner) {
  if (node in LEAF || !size[node]) return json(node)
  inner = indent "    "
  list = name[node, 1] == "0"
  for (i = 1; i <= size[node]; i++)
    out = out (i > 1 ? "," : "") "\n" inner (list ? "" : "\"" name[node, i] "\": ") pretty(node "." name[node, i], inner)
  return (list ? "[" : "{") out "\n" indent (list ? "]" : "}")
}

# A JSON scalar as Go prints the value.
function plain(raw,   out, c) {
  if (raw == "null") return "<no value>"
  if (raw !~ /^"/) return raw
  raw = substr(raw, 2, length(raw) - 2)
  while (match(raw, /\\./)) {
    c = substr(raw, RSTART + 1, 1)
    out = out substr(raw, 1, RSTART - 1) (c == "n" ? "\n" : c == "t" ? "\t" : c)
    raw = substr(raw, RSTART + 2)
  }
  return out raw
}

function quote(text) { gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); return "\"" text "\"" }
function known(node) { return node in LEAF || size[node] > 0 }
function true(raw) { return raw != "" && raw != "false" && raw != "0" && raw != "\"\"" && raw != "null" && raw != "[]" && raw != "{}" }

# Splits the text into tokens: even ones are actions.
function tokens(text,   at) {
  T = 0
  while ((at = index(text, "{{"))) {
    TOKEN[++T] = substr(text, 1, at - 1)
    text = substr(text, at + 2)
    at = index(text, "}}")
    if (!at) { FAULT = "unclosed action"; return }
    TOKEN[++T] = substr(text, 1, at - 1)
    gsub(/^-? +| +-?$/, "", TOKEN[T])
    text = substr(text, at + 2)
  }
  TOKEN[++T] = text
}

function render(text, root) {
  tokens(text)
  if (FAULT != "") return ""
  OUT = ""; TOP = root
  block(1, root, 1)
  return OUT
}

# Plays the tokens from i to the end of the block; returns the index of its `else` or `end`.
function block(i, dot, live,   word, rest) {
  for (; i <= T && FAULT == ""; i++) {
    if (i % 2) { if (live) OUT = OUT TOKEN[i]; continue }
    word = TOKEN[i]; sub(/ .*/, "", word)
    rest = substr(TOKEN[i], length(word) + 2)
    if (word == "end" || word == "else") return i
    if (word == "if" || word == "with" || word == "range") i = branch(word, rest, i, dot, live)
    else if (live) OUT = OUT plain(value(TOKEN[i], dot))
  }
  return i
}

function branch(word, rest, i, dot, live,   v, n, k, to, node) {
  v = live ? value(rest, dot) : "null"
  node = NODE
  if (word == "range" && true(v)) {
    n = size[node]
    for (k = 1; k <= n; k++) to = block(i + 1, node "." name[node, k], 1)
  } else to = block(i + 1, word == "with" ? node : dot, live && word != "range" && true(v))
  if (TOKEN[to] == "else") to = block(to + 1, dot, live && !true(v))
  return to
}

# The JSON of an expression; NODE is the place in the tree where it is one.
function value(text, dot,   n, w, at, v) {
  if ((at = match(text, / *\| *[a-z]+$/))) {
    v = substr(text, at); gsub(/[ |]/, "", v)
    if (v == "json") return quote(value(substr(text, 1, at - 1), dot))
    return value(v " " substr(text, 1, at - 1), dot)
  }
  n = words(text)
  for (at = 1; at <= n; at++) w[at] = WORD[at]
  if (n == 1) return operand(w[1], dot)
  if (w[1] == "json") return quote(operand(w[2], dot)) # as text: printing it gives the JSON
  if (w[1] == "len") { v = operand(w[2], dot); return v ~ /^"/ ? length(plain(v)) : NODE != "" ? size[NODE] + 0 : 0 }
  if (w[1] == "index") { operand(w[2], dot); NODE = NODE "." plain(w[3]); return known(NODE) ? json(NODE) : "\"\"" }
  if (w[1] == "not") return true(operand(w[2], dot)) ? "false" : "true"
  if (w[1] == "eq") return operand(w[2], dot) == operand(w[3], dot) ? "true" : "false"
  if (w[1] == "ne") return operand(w[2], dot) != operand(w[3], dot) ? "true" : "false"
  if (w[1] == "println") return quote(plain(operand(w[2], dot)) "\n")
  if (w[1] == "upper") return toupper(operand(w[2], dot))
  if (w[1] == "lower") return tolower(operand(w[2], dot))
  FAULT = "function \"" w[1] "\" not defined"
}

function operand(word, dot,   node) {
  NODE = ""
  if (word ~ /^["0-9]/ || word == "true" || word == "false") return word
  if (word == "." || word == "$") node = word == "." ? dot : TOP
  else if (word ~ /^\./) node = dot word
  else if (word ~ /^\$\./) node = TOP substr(word, 2)
  else { FAULT = "function \"" word "\" not defined"; return "" }
  NODE = node
  if (known(node)) return json(node)
  FAULT = "<" word ">: can't evaluate field " substr(word, match(word, /[^.]*$/))
}

# Words of an expression; one in quotes may hold blanks.
function words(text,   n) {
  for (n = 0; match(text, /"([^"\\]|\\.)*"|[^ ]+/); text = substr(text, RSTART + RLENGTH)) WORD[++n] = substr(text, RSTART, RLENGTH)
  return n
}
