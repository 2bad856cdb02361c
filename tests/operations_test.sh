#!/bin/bash
# usage: operations_test.sh PLUMBLINE
# What an administrator relies on, with the real program: a log without personal data that can be put aside,
# ids and addresses from a proxy, figures for this machine only. Exits 1 when a case went wrong.
set -uo pipefail
source "$(dirname "$0")/shell.sh" "$1"

# Answers are sent before they are logged.
logged() {
  for _ in {1..200}; do
    grep -q "$1" requests && return
    read -rt 0.05 <> <(:)
  done
  return 1
}

"$plumbline" init --data city --jurisdiction 3715 --origin operations.example/log >said ||
  { cat said; exit 1; }
serve --data city --unix-socket socket --log requests
near() { get --unix-socket socket "$@"; }

asked='search=%E5%BC%A0%E4%B8%89%E9%A5%AD%E5%BA%97&filter%5Bphone%5D=13800138000'
get "$address/api/v1/firm?$asked" >/dev/null
get -H 'Content-Type: application/json' -d '{"login":"zhangsan","password":"a long secret indeed"}' \
  "$address/api/v1/session" >/dev/null
get "$address/secret-path" >/dev/null
get -D heads "$address/healthz" >/dev/null
id=$(sed -n 's/^x-request-id: \([0-9a-f]*\).*/\1/p' heads)
logged "\"id\":\"$id\"" || wrong "no line for $id"
grep -q '"route":"/api/v1/{register}","status":401' requests || wrong "the list is not logged by its pattern"
grep -q '"route":"/api/v1/session","status":401' requests || wrong "the sign-in is not logged"
grep -qiE '张三|%E5|zhangsan|13800138000|secret|127\.0\.0\.1' requests && wrong "what was asked is in the log"
shape='^\{"account":"[0-9a-f-]*","at":"[^"]*","bytes":[0-9]+,"id":"[0-9A-Za-z-]+","method":"[A-Z]*",'
shape+='"route":"[^"]*","status":[0-9]{3},"us":[0-9]+\}$'
grep -qvE "$shape" requests && { wrong "lines of another shape"; grep -vE "$shape" requests; }

# Only the proxy behind the Unix socket may name a request or speak for an address.
near -D heads -H 'X-Request-Id: proxy-0123456789' http://city/healthz >/dev/null
grep -q '^x-request-id: proxy-0123456789' heads || wrong "the proxy's id"
near -D heads -H 'X-Request-Id: "},{"' http://city/healthz >/dev/null
grep -qE '^x-request-id: [0-9a-f]{16}' heads || wrong "an id that is none"
get -D heads -H 'X-Request-Id: proxy-0123456789' "$address/healthz" >/dev/null
grep -q 'proxy-' heads && wrong "an id from anybody"
[[ $(near http://city/metrics) == "200 # HELP"* ]] || wrong "figures over the Unix socket"
[[ $(near -H 'X-Forwarded-For: 192.0.2.7' http://city/metrics) == "403 "* ]] || wrong "figures for anybody"

mv requests requests.old
kill -HUP "$server"
for _ in {1..200}; do [[ -e requests ]] && break; read -rt 0.05 <> <(:); done
get -D heads "$address/readyz" >/dev/null
logged '"route":"/readyz"' || wrong "nothing is logged after the file was put aside"

stop_server
exit $failed
