# What the tests of the real program share; sourced with the program's path as the first argument. Leaves the
# test in a folder of its own, which goes with it and with every process in `started`; before that the test's
# own at_end, where it has one.
plumbline=$(realpath "$1")
scratch=$(mktemp -d)
started=()
clean_up() {
  ((${#started[@]})) && kill "${started[@]}" 2>/dev/null
  wait
  cd /
  if declare -F at_end >/dev/null; then at_end; fi
  rm -rf "$scratch"
}
trap clean_up EXIT
cd "$scratch" || exit 1
failed=0

wrong() {
  echo "wrong: $1"
  failed=1
}
# What curl gets: the status, a space, the content.
get() { curl -sS --max-time 20 -o content -w '%{http_code} ' "$@" && cat content; }
# Until the file is there with something in it, ten seconds at most.
wait_for() { for _ in {1..200}; do [[ -s $1 ]] && return; read -rt 0.05 <> <(:); done; return 1; }
# serve ARGUMENT…: the server in the background; its address, in $address and the file of that name.
serve() {
  rm -f address
  "$plumbline" serve --listen 127.0.0.1:0 "$@" >address 2>complaints &
  server=$!
  started+=("$server")
  wait_for address
  address=$(cat address)
}
# Ends the server as its administrator would; it has nothing to complain of.
stop_server() {
  kill -TERM "$server"
  wait "$server" || wrong "the end: exit $?"
  [[ ! -s complaints ]] || { wrong "complaints"; cat complaints; }
}
