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
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null
rm address
"$plumbline" serve --data city --listen 127.0.0.1:0 --certificate certificate.pem --private-key key.pem \
  >address 2>log &
server=$!
for _ in {1..200}; do [[ -s address ]] && break; read -rt 0.05 <> <(:); done
[[ $(get --cacert certificate.pem "$(cat address)/healthz") == "200 ok" ]] || wrong "over TLS"
exit $failed
