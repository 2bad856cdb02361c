#!/bin/bash
# usage: scripts/tidy.sh [--format] [FILE…]
#
# Checks the formatting of every tracked C++ file and runs clang-tidy over every translation unit of
# build/ (or those named). A unit that passed before with the same bytes, its own headers included, is
# not read again: keys of what passed lie in the user's cache folder. --format rewrites instead of
# checking and stops there.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly cache="${XDG_CACHE_HOME:-${HOME:-.}/.cache}/plumbline-tidy"

mapfile -t sources < <(git ls-files '*.cpp' '*.hpp')
if [[ ${1-} == --format ]]; then
  shift
  (($#)) && sources=("$@")
  exec clang-format-19 -i "${sources[@]}"
fi
failed=0
unformatted=$(clang-format-19 --dry-run --Werror "${sources[@]}" 2>&1 |
  sed -n 's/:[0-9]*:[0-9]*: error: .*//p' | sort -u || true)
if [[ -n $unformatted ]]; then
  printf 'tidy: not formatted: %s\n' $unformatted
  echo "tidy: run scripts/tidy.sh --format"
  failed=1
fi

# One line per translation unit: source, then the project's headers it includes, as ninja recorded them.
units() {
  ninja -C build -t deps | awk -v top="$PWD/" '
    /^[^ ]/ { if (unit != "") print unit; unit = "" }
    /^ / {
      file = $1
      sub("^\\.\\./", top, file)
      if (index(file, top) != 1 || index(file, top "build") == 1) next
      unit = unit (unit == "" ? "" : " ") substr(file, length(top) + 1)
    }
    END { if (unit != "") print unit }' | grep -E '^[^ ]*\.cpp( |$)' | sort -u |
    while read -r source headers; do [[ ! -f $source ]] || echo "$source $headers"; done
}

check() {
  local key source=$1 fewer=()
  # In a test program the analyzer spends half a minute inside GoogleTest.
  [[ $source == *tests/* ]] && fewer=(--checks=-clang-analyzer-*)
  key=$(sha256sum .clang-tidy "$@" | sha256sum | cut -d' ' -f1)
  [[ -f $cache/$key ]] && return 0
  if ! clang-tidy-19 -p build --quiet "${fewer[@]}" --extra-arg=-Wno-unknown-warning-option "$source" \
    2>/dev/null; then
    echo "tidy: $source"
    return 1
  fi
  : >"$cache/$key"
}
export -f check
export cache

mkdir -p "$cache"
find "$cache" -type f -mtime +30 -delete
wanted=("$@")
units | while read -r source headers; do
  if ((${#wanted[@]} == 0)) || [[ " ${wanted[*]} " == *" $source "* ]]; then echo "$source $headers"; fi
done | xargs -r -P "$(nproc)" -d '\n' -I{} bash -c 'set -f; check {}' || failed=1
exit $failed
