#!/bin/bash
# usage: serve_test.sh PLUMBLINE
# The server as people start it: it answers, publishes, stops on a signal, and refuses to speak plainly to
# other machines. Exits 1 when a case went wrong.
set -uo pipefail
plumbline=$(realpath "$1")
scratch=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0

wrong() {
  echo "wrong: $1"
  failed=1
}
# What curl gets: the status, a space, the content.
get() { curl -sS --max-time 20 -o content -w '%{http_code} ' "$@" && cat content; }

"$plumbline" init --data city --jurisdiction 3715 --origin serve.example/log >init.log ||
  { cat init.log; exit 1; }
"$plumbline" serve --data city --listen 127.0.0.1:0 --unix-socket "$scratch/socket" >address 2>log &
server=$!
for _ in {1..200}; do [[ -s address ]] && break; read -rt 0.05 <> <(:); done
address=$(cat address)

[[ $(get "$address/healthz") == "200 ok" ]] || wrong "health"
[[ $(get "$address/readyz") == "200 ready" ]] || wrong "readiness"
[[ $(get --unix-socket socket http://city/healthz) == "200 ok" ]] || wrong "the Unix socket"
[[ $(get "$address/api/v1/firm") == "401 "* ]] || wrong "a stranger"
[[ $(get "$address/log/checkpoint") == "200 serve.example/log"* ]] || wrong "the published log"
"$plumbline" log verify "$address/log" --vkey "$(cat city/public/log/vkey)" >verdict || wrong "log verify"

kill -TERM "$server"
wait "$server" || wrong "the end: exit $?"
server=
[[ ! -e socket ]] || wrong "the socket is left behind"
[[ ! -s log ]] || { wrong "complaints"; cat log; }

"$plumbline" serve --data city --listen 0.0.0.0:0 >said 2>&1
[[ $? == 2 ]] && grep -q TLS said || wrong "plain text beyond this machine"
"$plumbline" tls init --out tls --name localhost --name 127.0.0.1 >said || { wrong "tls init"; cat said; }
"$plumbline" tls init --out tls >said 2>&1
[[ $? == 1 ]] && grep -q file_exists said || wrong "keys overwritten"
[[ $(stat -c %a tls/server-key.pem tls/ca-key.pem | sort -u) == 600 ]] || wrong "keys open to all"
openssl verify -x509_strict -CAfile tls/ca.pem -verify_hostname localhost tls/server.pem >/dev/null ||
  wrong "the certificate"
rm address
"$plumbline" serve --data city --listen 127.0.0.1:0 --certificate tls/server.pem \
  --private-key tls/server-key.pem >address 2>log &
server=$!
for _ in {1..200}; do [[ -s address ]] && break; read -rt 0.05 <> <(:); done
[[ $(get --cacert tls/ca.pem "$(cat address)/healthz") == "200 ok" ]] || wrong "over TLS"
port=$(sed 's/.*://' address)
[[ $(get --cacert tls/ca.pem "https://localhost:$port/healthz") == "200 ok" ]] || wrong "by its name"
get --cacert tls/ca.pem --resolve "other:$port:127.0.0.1" "https://other:$port/healthz" >/dev/null 2>&1 &&
  wrong "under a name that the certificate lacks"
exit $failed
