# containers.awk: the state files given as arguments, as trees C1, C2, … (number: N), newest first in BY_AGE.
FNR == 1 { N++ }
{ load("C" N, $0) }
END { for (i = 1; i <= N; i++) sorted_in(i) }

function sorted_in(i,   j) {
  for (j = i - 1; j > 0 && LEAF["C" BY_AGE[j] ".Sim.Created"] < LEAF["C" i ".Sim.Created"]; j--) BY_AGE[j + 1] = BY_AGE[j]
  BY_AGE[j + 1] = i
}

function text(i, path) { return plain(LEAF["C" i "." path]) }
