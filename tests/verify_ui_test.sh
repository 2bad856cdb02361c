#!/bin/bash
# usage: verify_ui_test.sh NODE [PLUMBLINE]
# The verifier of the web workplace (ui/verify): its types, then its tests in Node.js; with PLUMBLINE also
# that its answers are the command line's. Exits 1 when something went wrong.
set -euo pipefail
cd "$(dirname "$0")/.."
node=$(realpath "$(command -v "$1")")
PLUMBLINE_SOURCE=$PWD
export PLUMBLINE_SOURCE
if [[ -n ${2-} ]]; then
  PLUMBLINE_PROGRAM=$(realpath "$2")
  export PLUMBLINE_PROGRAM
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$node" node_modules/typescript/bin/tsc -p ui/verify --outDir "$scratch"
ln -s "$PWD/node_modules" "$scratch/node_modules"
echo '{"type":"module"}' >"$scratch/package.json"
"$node" --test "$scratch"/tests/*.test.js
