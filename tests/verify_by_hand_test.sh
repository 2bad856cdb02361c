#!/bin/bash
# scripts/verify-by-hand.sh takes published draws of the publication vectors (two: a shell is slow) and
# refuses one after a change to any of the things it vouches for. Exits 1 when a case went wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
check=$PWD/scripts/verify-by-hand.sh
city=$PWD/src/publication/tests/vectors/base/city
vkey=$(<"$city/log/vkey")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

expect() { # WHAT STATUS FOLDER KEY
  "$check" "$3" "$4" >"$scratch/said" 2>&1
  local status=$?
  ((status == $2)) && return
  echo "wrong: $1: exit $status"
  cat "$scratch/said"
  failed=1
}
changed() { # FILE SED_SCRIPT
  rm -rf "$scratch/draw"
  cp -r "$sound" "$scratch/draw"
  sed -i "$2" "$scratch/draw/$1"
  cmp -s "$sound/$1" "$scratch/draw/$1" && echo "wrong: $1 was not changed" && failed=1
  expect "$1 changed by $2" 1 "$scratch/draw" "$vkey"
}

count=0
for draw in "$city"/draws/*-000[12]/; do
  expect "$draw" 0 "$draw" "$vkey"
  ((count += 1))
done
((count > 0)) || { echo "wrong: no vectors"; exit 1; }

sound=$(dirname "$(ls -d "$city"/draws/*/result.tlog-proof | head -n 1)")
changed plan.entry 's/"seq":/"seq":1/'
changed plan.json 's/"n":2/"n":3/'
changed frame.csv '1s/,[0-9]*$/,9/'
changed plan.tlog-proof 's/^index /index 1/'
changed plan.tlog-proof '/^$/,/^$/{n;n;s/^/1/}'
changed seed.json 's/"value":"3/"value":"4/'
expect "another key" 1 "$sound" "${vkey%????}AAA="
gone() { # FILE
  rm -rf "$scratch/draw"
  cp -r "$sound" "$scratch/draw"
  rm "$scratch/draw/$1"
  expect "$1 gone" 1 "$scratch/draw" "$vkey"
  grep -q "WRONG: $1 is missing: fetch" "$scratch/said" || { echo "wrong: $1 gone is not said"; failed=1; }
}
for file in {frame,roster}.csv plan.{json,entry} seed.json result.{json,tlog-proof}; do gone "$file"; done
rm -rf "$scratch/draw"
cp -r "$sound" "$scratch/draw"
rm "$scratch"/draw/{frame,excluded,roster,recusals}.csv "$scratch"/draw/{result,open}.json
expect "an opened draw whose lists are hidden" 1 "$scratch/draw" "$vkey"
rm "$scratch"/draw/open.{entry,tlog-proof}
expect "a sealed draw" 0 "$scratch/draw" "$vkey"
grep -q "not checked: frame.csv" "$scratch/said" || { echo "wrong: sealing is not said"; failed=1; }
expect "no folder" 1 "$scratch/nowhere" "$vkey"
expect "no key" 1 "$sound" "a key"
exit $failed
