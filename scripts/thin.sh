#!/bin/bash
# usage: COMMAND 2>&1 | scripts/thin.sh PATTERN
#
# Passes its input on, of the lines that match PATTERN (progress) only one every five seconds.
next=0
while IFS= read -r line; do
  if [[ ! $line =~ $1 ]]; then
    printf '%s\n' "$line"
  elif ((SECONDS >= next)); then
    printf '%s\n' "$line"
    next=$((SECONDS + 5))
  fi
done
