#!/bin/bash
# usage: scripts/build.sh PRESET [TARGET…]
#
# Configures a preset of CMakePresets.json where that was not done yet and builds it. Everything goes
# to stderr; away from a terminal ninja's progress is thinned to a line every few seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.cache/bin:$PATH"
preset=$1
shift

build=(cmake --build --preset "$preset")
(($#)) && build+=(--target "$@")
folder=build
[[ $preset == release ]] || folder=build-$preset
if [[ ! -f $folder/build.ninja ]]; then
  cmake --preset "$preset" >"${TMPDIR:-/tmp}/plumbline-configure.$$" 2>&1 || {
    cat "${TMPDIR:-/tmp}/plumbline-configure.$$" >&2
    exit 1
  }
  rm -f "${TMPDIR:-/tmp}/plumbline-configure.$$"
fi
if [[ -t 2 ]]; then
  "${build[@]}" >&2
else
  "${build[@]}" 2>&1 | scripts/thin.sh '^\[' >&2
fi
