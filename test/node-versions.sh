#!/usr/bin/env bash
# Builds the project and runs `npm run check` under each version of Node that it is for, from the npm registry; under an
# older one the command says in one line which it needs. A part of `npm run test:full`.
set -euo pipefail
cd "$(dirname "$0")/.."
unset UNWEDGE_LEVEL
under() { npx --yes --package "node@$1" --call "$2"; }
for version in 20.19 22 24; do
  echo "== Node $version"
  # shellcheck disable=SC2016 # the shell of that Node
  under "$version" 'case $(node --version) in v'"$version"'.*) ;; *) echo "this is $(node --version)" >&2; exit 1 ;; esac
    npm run build && npm run check'
done
echo '== Node 18'
if said=$(under 18 'node dist/cli/main.cjs --version' 2>&1); then
  echo "it runs: $said" >&2
  exit 1
fi
case $said in
  'error: unwedge needs Node 20.19 or later, and this is v18.'*) [ "$(wc -l <<<"$said")" = 1 ] && exit ;;
esac
echo "not one line that says which Node it needs: $said" >&2
exit 1
