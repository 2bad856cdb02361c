#!/bin/bash
# usage: scripts/verify-by-hand.sh FOLDER VKEY
#
# Checks one published draw with openssl, sha256sum and a shell, without Plumbline: that every body is the
# one its log entry names, that every entry stands in the log the office signed, that the frame is the one
# the plan was made for, and that the seed follows from plan and public event. FOLDER is a folder of
# public/draws, VKEY the office's log key as its own pages show it. It does not check witnesses' signatures,
# times and the drawing itself; `plumbline draw verify` does, and so may a program of your own.
set -euo pipefail
(($# == 2)) || {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
wrong() {
  echo "WRONG: $*"
  exit 1
}
[[ -d $1 ]] || wrong "there is no folder $1"
cd "$1"
vkey=$2
[[ $vkey == *+*+?* ]] || wrong "'$vkey' is no key: NAME+ID+KEY is wanted, as the office's own pages show it"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# What the office has published must be here. Until unannounced checks are over the frame, the roster and
# the result are withheld together: one of them alone is a gap.
need() {
  [[ -f $1 ]] || wrong "$1 is missing: fetch the folder again from where the office publishes its draws" \
    "(SHA256SUMS there names every file); if it is not there either, ask the office for it"
}
bytes() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; } # from hexadecimal
hex() { od -An -v -tx1 | tr -d ' \n'; }                 # to hexadecimal
sha256() { sha256sum | cut -d' ' -f1; }
# The first member so named of a JSON file.
member() { grep -o "\"$2\":\"[^\"]*\"" "$1" | head -n 1 | cut -d'"' -f4; }

# The key: name+id+base64(01 ‖ Ed25519 public key), wrapped for openssl.
base64 -d <<<"${vkey#*+*+}" | tail -c +2 | hex >"$scratch/key"
bytes "302a300506032b6570032100$(<"$scratch/key")" | openssl pkey -pubin -inform DER -out "$scratch/key.pem"

# The signed checkpoint at the end of a proof: three lines of text, an empty line, signature lines.
check_signature() {
  local note=$1 proof=$2 name=${vkey%%+*}
  sed '/^$/Q' "$note" >"$scratch/text"
  [[ $(head -n 1 "$scratch/text") == "$name" ]] || wrong "$proof is of another log"
  grep -F -- "— $name " "$note" | head -n 1 | cut -d' ' -f3 | base64 -d | tail -c +5 >"$scratch/signature"
  openssl pkeyutl -verify -pubin -inkey "$scratch/key.pem" -rawin -in "$scratch/text" \
    -sigfile "$scratch/signature" >/dev/null || wrong "the signature of the checkpoint in $proof"
}

# RFC 9162, 2.1.3.2: climbs from the leaf to the root the checkpoint names.
check_inclusion() {
  local entry=$1 proof=$2 index size last hash sibling
  index=$(sed -n 's/^index //p' "$proof")
  sed '1,/^$/d' "$proof" >"$scratch/note"
  check_signature "$scratch/note" "$proof"
  size=$(sed -n 2p "$scratch/note")
  last=$((size - 1))
  hash=$({ bytes 00; cat "$entry"; } | sha256)
  ((index < size)) || wrong "$proof: index beyond the log"
  while read -r sibling; do
    sibling=$(base64 -d <<<"$sibling" | hex)
    ((last > 0)) || wrong "$proof is too long"
    if ((index % 2 == 1 || index == last)); then
      hash=$(bytes "01$sibling$hash" | sha256)
      while ((index % 2 == 0 && index > 0)); do ((index /= 2, last /= 2)) || true; done
    else
      hash=$(bytes "01$hash$sibling" | sha256)
    fi
    ((index /= 2, last /= 2)) || true
  done < <(sed -n '/^index /,/^$/p' "$proof" | sed '1d;$d')
  ((last == 0)) && [[ $hash == "$(sed -n 3p "$scratch/note" | base64 -d | hex)" ]] ||
    wrong "$entry does not stand in the log that was signed"
}

for name in frame roster plan; do
  need "$name.entry"
  need "$name.json"
done
sealed=no
[[ -f frame.csv || -f result.json || -f open.entry || -f void.entry ]] || sealed=yes
if [[ -f seed.entry ]]; then need seed.json; fi
if [[ $sealed == no ]]; then
  need frame.csv
  need roster.csv
  if [[ -f result.entry ]]; then need result.json; fi
fi

for entry in *.entry; do
  name=${entry%.entry}
  if [[ -f $name.json ]]; then
    [[ $(sha256 <"$name.json") == "$(member "$entry" digest)" ]] || wrong "$name.json is not what was logged"
  else
    echo "withheld or erased: $name.json"
  fi
  need "$name.tlog-proof"
  check_inclusion "$entry" "$name.tlog-proof"
done
echo "right: $(ls -- *.entry | wc -l) entries stand in the signed log, and their bodies are what was logged"

algorithm=$(member plan.json alg)
digest=sha256
[[ $algorithm != dr1/sm3 ]] || digest=sm3
suite() { openssl dgst "-$digest" -r | cut -d' ' -f1; }
if [[ $sealed == yes ]]; then
  echo "not checked: frame.csv and roster.csv are withheld until the checks are over; come back then"
else
  [[ $(suite <frame.csv) == "$(member plan.json frame_hash)" ]] || wrong "frame.csv is not the plan's"
  [[ $(suite <roster.csv) == "$(member plan.json roster_hash)" ]] || wrong "roster.csv is not the plan's"
  echo "right: frame and roster are those the plan was made for"
fi

# seed = H("dr1/seed\n" ‖ TLV(draw id) ‖ TLV(plan's leaf hash) ‖ number of sources ‖ TLV(id) ‖ TLV(value) …)
tlv() { printf '%08x%s' $((${#1} / 2)) "$1"; }
if [[ -f seed.json && -f result.json ]]; then
  plan_hash=$({ bytes 00; cat plan.entry; } | sha256)
  sources=$(sed 's/.*"values":\[//' seed.json |
    grep -o '"id":"[^"]*"\(,"signature":"[^"]*"\)\?,"value":"[^"]*"')
  message=$(printf 'dr1/seed\n' | hex)$(tlv "$(member plan.json draw | tr -d '\n' | hex)")$(tlv "$plan_hash")
  message+=$(printf '%08x' "$(wc -l <<<"$sources")")
  while IFS='"' read -r _ _ _ id rest; do
    message+=$(tlv "$(printf '%s' "$id" | hex)")
    value=${rest##*\"value\":\"}
    message+=$(tlv "${value%\"}")
  done <<<"$sources"
  [[ $(bytes "$message" | suite) == "$(member result.json seed)" ]] || wrong "the seed does not follow"
  echo "right: the seed follows from the plan's entry and the public event"
fi
