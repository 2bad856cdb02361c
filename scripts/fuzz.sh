#!/bin/bash
# usage: scripts/fuzz.sh [SECONDS [TARGET…]]
#
# Builds the fuzz targets and runs each for so many seconds (10 by default), two at a time, from fuzz/seeds
# and what earlier runs have found (fuzz/corpus). A finding is kept in build-clang19/findings; exits 1 when
# there is one. An input may take twenty seconds, in long runs more: the time is the clock's, and the machine
# may have other work. PLUMBLINE_FUZZ_KEEP=1 packs the inputs that reach new code into fuzz/corpus.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
shift || true
targets=("$@")
((${#targets[@]})) || targets=(json note tile import http)
build=build-clang19
scratch=$(mktemp -d "${TMPDIR:-/tmp}/plumbline-fuzz.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
if ! { cmake --preset clang19 && cmake --build "$build" --target fuzz_targets; } >"$scratch/log" 2>&1; then
  cat "$scratch/log"
  exit 1
fi
mkdir -p "$build/findings"
timeout=$((seconds > 600 ? seconds / 30 : 20))

fuzz() {
  local target=$1 status runs peak
  mkdir -p "$scratch/$target/new" "$scratch/$target/known"
  [[ ! -f fuzz/corpus/$target.tar.gz ]] || tar xzf "fuzz/corpus/$target.tar.gz" -C "$scratch/$target/known"
  TMPDIR=$scratch "$build/fuzz/${target}_fuzz" -max_total_time="$seconds" -timeout="$timeout" \
    -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 -artifact_prefix="$build/findings/$target-" \
    "$scratch/$target/new" "$scratch/$target/known" "fuzz/seeds/$target" >"$scratch/$target/log" 2>&1
  status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$scratch/$target/log")
  peak=$(sed -n 's/^stat::peak_rss_mb: *//p' "$scratch/$target/log")
  echo "$target: ${runs:-no} inputs in $seconds s, ${peak:-?} MB"
  ((status == 0)) || tail -n 60 "$scratch/$target/log"
  return "$status"
}

# The smallest set of inputs that reaches what all of them reach.
keep() {
  local target=$1
  mkdir -p "$scratch/$target/kept" fuzz/corpus
  TMPDIR=$scratch "$build/fuzz/${target}_fuzz" -merge=1 "$scratch/$target/kept" "fuzz/seeds/$target" \
    "$scratch/$target/known" "$scratch/$target/new" >"$scratch/$target/log" 2>&1 || return
  tar cf - -C "$scratch/$target/kept" --sort=name --owner=0 --group=0 --mtime=@0 . |
    gzip -9n >"fuzz/corpus/$target.tar.gz"
}

failed=0
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  running=()
  for target in "${targets[@]:i:2}"; do
    fuzz "$target" &
    running+=($!)
  done
  for pid in "${running[@]}"; do wait "$pid" || failed=1; done
done
if [[ -n ${PLUMBLINE_FUZZ_KEEP-} ]]; then
  for target in "${targets[@]}"; do keep "$target" || failed=1; done
fi
exit "$failed"
