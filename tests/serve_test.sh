#!/bin/bash
# usage: serve_test.sh PLUMBLINE
# The server as people start it: it answers, publishes, stops on a signal, and refuses to speak plainly to
# other machines. Exits 1 when a case went wrong.
set -uo pipefail
source "$(dirname "$0")/shell.sh" "$1"

"$plumbline" init --data city --jurisdiction 3715 --origin serve.example/log >init.log ||
  { cat init.log; exit 1; }
serve --data city --unix-socket "$scratch/socket"

[[ $(get "$address/healthz") == "200 ok" ]] || wrong "health"
[[ $(get "$address/readyz") == "200 ready" ]] || wrong "readiness"
[[ $(get --unix-socket socket http://city/healthz) == "200 ok" ]] || wrong "the Unix socket"
[[ $(get "$address/api/v1/firm") == "401 "* ]] || wrong "a stranger"
[[ $(get "$address/log/checkpoint") == "200 serve.example/log"* ]] || wrong "the published log"
"$plumbline" log verify "$address/log" --vkey "$(cat city/public/log/vkey)" >verdict || wrong "log verify"

[[ $(stat -c %a city/jobs city/uploads | sort -u) == 700 ]] || wrong "files of imports are others' to read"

# Whose second factor is removed is signed in nowhere any more.
password=$(sed -n 's/^login admin, password \(.*\) (shown once)$/\1/p' init.log)
[[ $(get "$address/api/v1/session" -c cookies -H 'content-type: application/json' \
  -d "{\"login\":\"admin\",\"password\":\"$password\"}") == "201 "* ]] || wrong "signing in"
[[ $(get "$address/api/v1/session" -b cookies) == "200 "* ]] || wrong "a session"
"$plumbline" user remove-second-factor admin --reason lost --data city >said 2>&1 ||
  { wrong "removing a second factor"; cat said; }
[[ $(get "$address/api/v1/session" -b cookies) == "401 "* ]] || wrong "the session goes on"

stop_server
[[ ! -e socket ]] || wrong "the socket is left behind"

"$plumbline" serve --data city --listen 0.0.0.0:0 >said 2>&1
[[ $? == 2 ]] && grep -q TLS said || wrong "plain text beyond this machine"
"$plumbline" tls init --out tls --name localhost --name 127.0.0.1 >said || { wrong "tls init"; cat said; }
"$plumbline" tls init --out tls >said 2>&1
[[ $? == 1 ]] && grep -q file_exists said || wrong "keys overwritten"
[[ $(stat -c %a tls/server-key.pem tls/ca-key.pem | sort -u) == 600 ]] || wrong "keys open to all"
openssl verify -x509_strict -CAfile tls/ca.pem -verify_hostname localhost tls/server.pem >/dev/null ||
  wrong "the certificate"
serve --data city --certificate tls/server.pem --private-key tls/server-key.pem
[[ $(get --cacert tls/ca.pem "$address/healthz") == "200 ok" ]] || wrong "over TLS"
port=${address##*:}
[[ $(get --cacert tls/ca.pem "https://localhost:$port/healthz") == "200 ok" ]] || wrong "by its name"
get --cacert tls/ca.pem --resolve "other:$port:127.0.0.1" "https://other:$port/healthz" >/dev/null 2>&1 &&
  wrong "under a name that the certificate lacks"
exit $failed
