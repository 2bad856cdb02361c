#!/bin/bash
# A throw-away PostgreSQL server for tests: reached through a socket in a private folder, no network port.
#
#   eval "$(scripts/postgres.sh start DIR)"   starts it, or finds it running; exports PLUMBLINE_TEST_POSTGRES
#   scripts/postgres.sh start DIR --no-fsync  the same, faster, for tests that do not pull the plug
#   scripts/postgres.sh address DIR           its libpq address; fails where it does not run
#   scripts/postgres.sh stop DIR              stops it and throws its data away
#
# For tests of what happens to those who use it:
#   scripts/postgres.sh crash DIR             ends it at once, as a failure would; its data stay
#   scripts/postgres.sh again DIR             starts it on those data
#   scripts/postgres.sh replica DIR OF        starts in DIR a standby of the server in OF, which from now on
#                                             commits only what the standby has too
#   scripts/postgres.sh promote DIR           makes the standby a server of its own
#
# DIR keeps where the server is. The data lie under /var/tmp, owned by the user the server runs as, which for
# root is "postgres": PostgreSQL refuses root, and that user cannot enter root's home.
set -euo pipefail

fail() {
  echo "postgres.sh: $*" >&2
  exit 1
}

verb=${1-}
state=${2-}
durable=${3-}
of=
case $verb in
  start | stop | address | crash | again | promote) ;;
  replica)
    of=$(cd "${3:?of which DIR?}" && pwd)
    durable=
    ;;
  *) fail "usage: postgres.sh start|stop|address|crash|again|promote DIR [--no-fsync], replica DIR OF" ;;
esac
[ -n "$state" ] || fail "which DIR?"
[ -z "$durable" ] || [ "$durable" = --no-fsync ] || fail "unknown option $durable"
case $verb in start | replica) mkdir -p "$state" ;; esac
[ -d "$state" ] || { [ "$verb" = stop ] && exit 0; fail "not running: no $state"; }
state=$(cd "$state" && pwd)
cd /  # the server's user may not be allowed where we stand

programs=$(ls -d /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin 2>/dev/null | head -n 1)
[ -n "$programs" ] || fail "PostgreSQL is not installed (package postgresql-15)"

as_owner() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

home() { cat "$state/home" 2>/dev/null || true; }
running() { [ -n "$(home)" ] && as_owner "$programs/pg_ctl" -D "$(home)/data" status >/dev/null 2>&1; }
address() { echo "postgres:///postgres?host=$(home)&user=postgres"; }

throw_away() {
  local old
  old=$(home)
  case $old in /var/tmp/plumbline-postgres.*) rm -rf "$old" ;; esac
  rm -f "$state/home"
}

make_home() {
  throw_away
  new=$(mktemp -d /var/tmp/plumbline-postgres.XXXXXX)
  [ "$(id -u)" -ne 0 ] || chown postgres: "$new"
  echo "$new" >"$state/home"
}

# 9>&-: the server must not keep the lock.
launch() {
  as_owner "$programs/pg_ctl" -D "$1/data" -l "$1/log" -w -t 60 start >>"$state/log" 2>&1 9>&- ||
    fail "the server does not start: see $state/log and $1/log"
}

replica() {
  local primary new
  primary=$(cat "$of/home")
  make_home
  as_owner "$programs/pg_basebackup" -h "$primary" -U postgres -D "$new/data" -R -c fast -C -S standby \
    >"$state/log" 2>&1 || fail "pg_basebackup: see $state/log"
  {
    echo "unix_socket_directories = '$new'"
    echo "synchronous_standby_names = ''"
    echo "primary_conninfo = 'host=$primary user=postgres application_name=standby'"
  } | as_owner tee -a "$new/data/postgresql.conf" "$new/data/postgresql.auto.conf" >/dev/null
  launch "$new"
  as_owner "$programs/psql" -h "$primary" -U postgres -q \
    -c "alter system set synchronous_standby_names = 'standby'" -c "select pg_reload_conf()" \
    >>"$state/log" 2>&1 || fail "the server does not wait: see $state/log"
}

start() {
  local new
  make_home
  as_owner "$programs/initdb" -D "$new/data" -U postgres --encoding=UTF8 --locale=C.UTF-8 \
    --auth-local=trust --auth-host=reject --no-sync >"$state/log" 2>&1 || fail "initdb: see $state/log"
  {
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$new'"
    echo "max_connections = 100"
    [ -z "$durable" ] || printf '%s\n' "fsync = off" "full_page_writes = off"
  } | as_owner tee -a "$new/data/postgresql.conf" >/dev/null
  launch "$new"
}

exec 9>"$state/lock"
flock 9
case $verb in
  start)
    running || start
    echo "export PLUMBLINE_TEST_POSTGRES='$(address)'"
    ;;
  address)
    running || fail "not running"
    address
    ;;
  crash) as_owner "$programs/pg_ctl" -D "$(home)/data" -m immediate -w stop >>"$state/log" 2>&1 9>&- ;;
  again) launch "$(home)" ;;
  replica)
    replica
    address
    ;;
  promote) as_owner "$programs/pg_ctl" -D "$(home)/data" -w promote >>"$state/log" 2>&1 9>&- ;;
  stop)
    if running; then
      as_owner "$programs/pg_ctl" -D "$(home)/data" -m fast -w stop >>"$state/log" 2>&1 9>&-
    fi
    throw_away
    ;;
esac
