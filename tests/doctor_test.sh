#!/bin/bash
# usage: doctor_test.sh PLUMBLINE
# plumbline doctor before and after each thing an administrator can get wrong. Exits 1 when a case went wrong.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/tests/shell.sh" "$1"
unset LC_ALL LC_MESSAGES
export LANG=en_US.UTF-8
at_end() { [[ -d postgres ]] && "$root/scripts/postgres.sh" stop "$scratch/postgres" >/dev/null 2>&1; }

# doctor EXIT CODE [ARGUMENT…]: exits so and names that code; "" names nothing that is wrong.
doctor() {
  local exit=$1 code=$2 got
  "$plumbline" doctor --data city --json "${@:3}" >said 2>complaints
  got=$?
  [[ $got == "$exit" ]] || { wrong "doctor ${*:2}: exit $got, not $exit"; cat said complaints; }
  if [[ -n $code ]]; then
    grep -q "\"code\":\"$code\"" said || { wrong "no word of $code"; cat said complaints; }
  else
    grep -q '"weight":"wrong"' said && { wrong "something is wrong with a city that is well"; cat said; }
  fi
}

"$plumbline" init --data city --jurisdiction 3715 --origin doctor.example/log >said || { cat said; exit 1; }
doctor 0 ""
doctor 0 policy_none
doctor 0 administrator_missing
"$plumbline" doctor --data city >said || wrong "in words"
grep -q '^well   files' said || { wrong "in English"; cat said; }
LANG=zh_CN.UTF-8 "$plumbline" doctor --data city | grep -q '^正常  文件' || wrong "in Chinese"
"$plumbline" doctor --data elsewhere >said 2>&1
[[ $? == 2 ]] || wrong "a folder that is none"

key=$(find city/keys -type f | head -1)
chmod 0644 "$key"
doctor 1 others_may_read
grep -q "$key" said || { wrong "the file is not named"; cat said; }
chmod 0600 "$key"
mkdir city/jobs
doctor 1 others_may_read
chmod 0700 city/jobs
doctor 0 ""

echo '{"mail":{"server":"mail.example"}}' >city/notices.json
doctor 1 settings_invalid
rm city/notices.json
doctor 0 ""

"$plumbline" do --data city account.create '' '{"login":"clerk1","name":"王五"}' >said || wrong "an act"
doctor 0 log_not_published
"$plumbline" publish --data city >said 2>&1 || wrong "publishing"
doctor 0 ""
grep -q log_not_published said && wrong "published, and still told of"
mv city/public/log/checkpoint checkpoint
doctor 1 CHECKPOINT_FORMAT
mv checkpoint city/public/log/checkpoint

"$plumbline" tls init --out tls --name city.example >said 2>&1 || { wrong "tls init"; cat said; }
certificate=$(grep -l CERTIFICATE tls/*.pem | grep -v authority | head -1)
doctor 0 "" --certificate "$certificate"
openssl req -x509 -newkey rsa:2048 -nodes -keyout soon.key -out soon.pem -days 5 -subj /CN=city 2>openssl.log
doctor 0 certificate_ends_soon --certificate soon.pem
echo nothing >none.pem
doctor 1 certificate_unreadable --certificate none.pem

mv city/plumbline.db aside
: >city/plumbline.db
chmod 0600 city/plumbline.db
doctor 1 database_failed
head -c 20000 /dev/urandom >city/plumbline.db
doctor 1 database_damaged
mv aside city/plumbline.db
doctor 0 ""
[[ $(find city -newer said -name '*.db' | wc -l) == 0 ]] || wrong "looking has changed the database"

touch city/chosen-times
"$plumbline" do --data city --at 2099-01-04T09:00:00+08:00 account.create '' \
  '{"login":"clerk2","name":"赵六"}' >said || { wrong "an act of another century"; cat said; }
doctor 1 clock_behind_log
doctor 1 server_certificate_expired --certificate soon.pem --at 2099-01-05T09:00:00+08:00
grep -q clock_behind_log said && wrong "behind, a day later"

# Somebody else's folder, looked at by root, stays theirs.
if [[ $(id -u) == 0 ]] && id nobody >/dev/null 2>&1; then
  "$plumbline" init --data theirs --jurisdiction 3715 --origin theirs.example/log >said
  chmod 0755 . && chown -R nobody theirs
  "$plumbline" doctor --data theirs --json >said 2>&1 || { wrong "of somebody else"; cat said; }
  [[ -z $(find theirs ! -user nobody) ]] || { wrong "root has left files"; find theirs ! -user nobody; }
  # What only a group of root's may read, their server cannot.
  cp soon.pem grouped.pem && chgrp 12345 grouped.pem && chmod 0640 grouped.pem
  setpriv --groups=12345 "$plumbline" doctor --data theirs --json --certificate grouped.pem >said 2>&1
  grep -q certificate_unreadable said || { wrong "read with a group of root's"; cat said; }
fi

if settings=$("$root/scripts/postgres.sh" start "$scratch/postgres" --no-fsync 2>/dev/null); then
  eval "$settings"
  rm -rf city
  "$plumbline" init --data city --jurisdiction 3715 --origin doctor.example/log \
    --database "$PLUMBLINE_TEST_POSTGRES" >said || { wrong "on PostgreSQL"; cat said; }
  doctor 1 postgres_may_lose
  grep -q 'fsync = off' said || { wrong "the setting is not named"; cat said; }
  doctor 1 postgres_without_checksums
  grep -q postgres_not_as_advised said && { wrong "a setting that is as advised"; cat said; }
  "$root/scripts/postgres.sh" stop "$scratch/postgres" >/dev/null 2>&1
  doctor 1 database_unreachable
fi
exit $failed
