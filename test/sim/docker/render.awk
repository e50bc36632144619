# render.awk: the template of the environment over the tree on stdin: what is wrong with it, then the text. After template.awk.
{ load("T", $0) }
END { text = render(ENVIRON["TEMPLATE"], "T"); print FAULT; print text }
