#!/bin/bash
# usage: deploy_test.sh PLUMBLINE DEPLOY
# The files of deploy/ as they are used: the real server behind a real nginx with TLS, the unit as systemd
# reads it, the manual as the program describes itself. What a machine lacks is said aloud. Exits 1
# on a defect.
set -uo pipefail
deploy=$(realpath "$2")
source "$(dirname "$0")/shell.sh" "$1"

# The manual names the commands that the program has, all of them and no others.
"$plumbline" --help | sed -n '/^Subcommands/,$p' | sed -n 's/^  \([a-z]\+\) .*/\1/p' | sort >commands
sed -n '/^\.SH COMMANDS/,/^\.SH SIGNALS/p' "$deploy/plumbline.1" |
  sed -n '/^\.TP$/{n;s/^\.B \([a-z]\+\)$/\1/p}' | sort >manual
[[ $(wc -l <commands) -gt 20 ]] || wrong "the help cannot be read"
diff commands manual || wrong "the manual and the program name other commands"
if command -v mandoc >/dev/null; then
  mandoc -T lint -W warning "$deploy/plumbline.1" >said || { wrong "the manual"; cat said; }
else
  echo "skipped: mandoc is not installed"
fi

if command -v systemd-analyze >/dev/null; then
  sed "s|/usr/local/bin/plumbline|$plumbline|" "$deploy/plumbline.service" >plumbline.service
  systemd-analyze verify --man=no ./plumbline.service 2>&1 | grep plumbline.service >said &&
    { wrong "the unit"; cat said; }
else
  echo "skipped: systemd-analyze is not installed"
fi

nginx=$(command -v nginx || command -v /usr/sbin/nginx) ||
  { echo "skipped: nginx is not installed"; exit $failed; }
"$plumbline" init --data city --jurisdiction 3715 --origin deploy.example/log >said || { cat said; exit 1; }
cp "$deploy/accounts.json" city/  # the server refuses one it cannot read
"$plumbline" tls init --out tls --name localhost >said || { cat said; exit 1; }
serve --data city --unix-socket socket --log requests
# A port that was free a moment ago; another is tried where somebody was faster.
for _ in {1..5}; do
  port=$((20000 + RANDOM % 10000))
  sed -e "s|/run/plumbline/socket|$scratch/socket|" -e "s|/etc/plumbline/tls|$scratch/tls|" \
    -e "s|listen 443 ssl|listen 127.0.0.1:$port ssl|" -e '/listen \[::\]/d' "$deploy/nginx.conf" >site
  cat >nginx.conf <<END
daemon off;
pid $scratch/pid;
error_log $scratch/errors;
user $(id -un);
events {}
http {
  access_log off;
  client_body_temp_path $scratch/body;
  proxy_temp_path $scratch/proxy;
  fastcgi_temp_path $scratch/fastcgi;
  uwsgi_temp_path $scratch/uwsgi;
  scgi_temp_path $scratch/scgi;
  include $scratch/site;
}
END
  "$nginx" -t -q -c "$scratch/nginx.conf" 2>said || { cat said; continue; }
  "$nginx" -c "$scratch/nginx.conf" 2>/dev/null &
  started+=($!)
  for _ in {1..100}; do [[ -s pid ]] && break 2; read -rt 0.05 <> <(:); done
done
front() { get --cacert tls/ca.pem "$@"; }
base=https://localhost:$port
[[ $(front "$base/healthz") == "200 ok" ]] ||
  { wrong "nothing comes through: $(cat content)"; cat said errors; }
[[ $(front "$base/log/checkpoint") == "200 deploy.example/log"* ]] || wrong "the log"
[[ $(front "$base/metrics") == "404 "* ]] || wrong "figures for everybody"
chosen=(-H 'X-Request-Id: chosen-by-the-client' -H 'X-Forwarded-For: 127.0.0.1')
[[ $(front "${chosen[@]}" -D heads "$base/readyz") == "200 "* ]] || wrong "readiness"
grep -qiE '^x-request-id: [0-9a-f]{32}' heads || { wrong "nginx's id"; cat heads; }
grep -q chosen requests && wrong "the client chose its id"

exit $failed
