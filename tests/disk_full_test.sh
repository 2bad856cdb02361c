#!/bin/bash
# usage: disk_full_test.sh PLUMBLINE
# A small file system, really filled: the server refuses acts before it is full and takes them again by
# itself; what hits the end all the same is refused, and everything acknowledged is there afterwards. Needs
# root for the file system; else it says so and is skipped (77). Exits 1 when a case went wrong.
set -uo pipefail
source "$(dirname "$0")/shell.sh" "$1"
# A busy file system lets go only when its process has ended.
at_end() { umount "$scratch/disk" 2>/dev/null; }
mkdir disk
mount -t tmpfs -o size=96m none disk 2>/dev/null ||
  { echo "skipped: no file system can be mounted here"; exit 77; }

account() { # LOGIN: the administrator makes it
  "$plumbline" do --data disk/city account.create '' "{\"login\":\"$1\",\"name\":\"王五\"}"
}

"$plumbline" init --data disk/city --jurisdiction 3715 --origin full.example/log >init.log ||
  { cat init.log; exit 1; }
account clerk1 >said || { wrong "an act"; cat said; }
serve --data disk/city
[[ $(get "$address/readyz") == "200 "* ]] || wrong "not ready with space left"
password=$(sed -n 's/.*password \([^ ]*\) .*/\1/p' init.log)
[[ $(get -c jar -H 'Content-Type: application/json' "$address/api/v1/session" \
  -d "{\"login\":\"admin\",\"password\":\"$password\"}") == "201 "* ]] || wrong "no session: $(cat content)"
csrf=$(sed 's/.*"csrf":"\([^"]*\)".*/\1/' content)
post() { # LOGIN: the same over the network
  get -b jar -H 'Content-Type: application/json' -H "X-CSRF-Token: $csrf" -H "Idempotency-Key: $1" \
    "$address/api/v1/account" -d "{\"login\":\"$1\",\"name\":\"李四\"}"
}
[[ $(post posted1) == "201 "* ]] || wrong "no act over the network: $(cat content)"

fallocate -l 40m disk/filler
[[ $(get "$address/readyz") == "503 "*storage_full* ]] || wrong "ready with little space: $(cat content)"
[[ $(get "$address/readyz" -H 'Accept-Language: en') == *"disk is full"* ]] || wrong "in English"
[[ $(post posted2) == "507 "*storage_full* ]] || wrong "an act with little space: $(cat content)"
[[ $(get -b jar "$address/api/v1/account") == "200 "*posted1* ]] || wrong "lists stop: $(cat content)"
[[ $(get "$address/log/checkpoint") == "200 "* ]] || wrong "reads stop"
get "$address/metrics" | grep -q '^plumbline_ready 0' || wrong "the figures say ready"
printf 'code,name,parent\n371599001,园区,3715\n' >zones.csv
"$plumbline" import region zones.csv --data disk/city >said 2>&1 && wrong "an import with little space"
grep -qE '空间|disk' said || { wrong "an import: no word of the disk"; cat said; }
rm disk/filler
"$plumbline" import region zones.csv --data disk/city --json >said 2>&1 || { wrong "no import"; cat said; }
grep -q '"created":1' said || { wrong "the import"; cat said; }
[[ $(post posted2) == "201 "* ]] || wrong "no act when space returned: $(cat content)"
[[ $(get "$address/readyz") == "200 "* ]] || wrong "not ready again by itself"

# To the very end: the command line takes acts as long as there is a byte.
dd if=/dev/zero of=disk/filler bs=64k 2>/dev/null
acts=0
for turn in {2..60}; do
  account "clerk$turn" >said 2>&1 || break
  acts=$turn
done
grep -qE '磁盘|空间|disk|storage_full' said || { wrong "no word of the disk"; cat said; }
[[ $acts -lt 60 ]] || wrong "the disk never was full"
rm disk/filler
account after >said 2>&1 || { wrong "no act when space returned"; cat said; }
[[ $(get "$address/readyz") == "200 "* ]] || wrong "the server does not go on"
kill -TERM "$server"  # it may have complained of the disk
wait "$server" || { wrong "the end: exit $?"; cat complaints; }
for ((turn = 1; turn <= acts; ++turn)); do
  "$plumbline" list --data disk/city account --where "login=clerk$turn" --json | grep -q "clerk$turn" ||
    wrong "acknowledged and missing: clerk$turn"
done
for login in posted1 posted2; do
  "$plumbline" list --data disk/city account --where "login=$login" --json | grep -q "$login" ||
    wrong "acknowledged and missing: $login"
done
"$plumbline" verify --data disk/city --deep >said 2>&1 || { wrong "verify"; cat said; }
exit $failed
