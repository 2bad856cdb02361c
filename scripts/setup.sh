#!/bin/bash
# usage: scripts/setup.sh [test]
#
# Brings a bare Debian 12 to where Plumbline can be built (with `test`: also tested): Debian packages
# from packages.txt, Node.js >= 20.19, the npm packages of package-lock.json. Installs only what is
# missing and is quick when nothing is. Everything it says goes to stderr.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly node_version=22.23.3 npm_version=10.9.9
export PATH="$PWD/.cache/bin:$PATH"

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

# Names of the packages of the given groups, one a line.
packages() {
  local name group
  sed 's/#.*//' packages.txt | while read -r name group; do
    [[ -n $name && " $* " == *" ${group:-always} "* ]] && echo "$name"
  done || true
}

# Those of the given packages that are not installed.
missing() {
  local have
  have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p' || true)
  printf '%s\n' "$@" | grep -Fxv -e "$have" || true
}

# unsafe-io spares an fsync for each file unpacked: minutes on a bare machine; what a power cut breaks then
# is mended by running the set-up again.
apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 "$@" 2>&1 |
    scripts/thin.sh '^(Selecting|Preparing|Unpacking|Setting up|Processing|update-alternatives|\(Reading)' >&2
}

# Packages of Debian's other Boost stand in the way of 1.81 and may go; nothing else is ever removed.
removals() {
  DEBIAN_FRONTEND=noninteractive apt-get -s install --no-install-recommends "$@" 2>/dev/null |
    sed -n 's/^Remv \([^ ]*\).*/\1/p'
}

install_packages() {
  local wanted=() removed
  mapfile -t wanted < <(missing "$@")
  ((${#wanted[@]})) || return 0
  if ((EUID != 0)); then
    say "missing Debian packages; run this, then start again:"
    die "  sudo apt-get install --no-install-recommends ${wanted[*]}"
  fi
  say "installing ${#wanted[@]} Debian packages: ${wanted[*]}"
  [[ -z $(dpkg --audit) ]] || DEBIAN_FRONTEND=noninteractive dpkg --configure -a >&2 # was interrupted
  apt update -qq
  removed=$(removals "${wanted[@]}" | tr '\n' ' ')
  for name in $removed; do
    [[ $name == libboost*-dev ]] ||
      die "apt would remove $removed for ${wanted[*]}; decide and install by hand"
  done
  [[ -z $removed ]] || say "replacing another Boost: $removed"
  apt install -qq -y --no-install-recommends "${wanted[@]}"
}

node_is_good() {
  local major minor
  command -v npm >/dev/null && command -v node >/dev/null || return
  IFS=. read -r major minor _ < <(node --version | tr -d v)
  ((major > 20 || (major == 20 && minor >= 19)))
}

# npm's `node` package brings the binary itself. Debian's npm does not run on it, so npm comes along.
install_node() {
  node_is_good && return 0
  mapfile -t bootstrap < <(packages node)
  install_packages "${bootstrap[@]}"
  node_is_good && return 0
  say "installing Node.js $node_version into .cache/node"
  mkdir -p .cache/node .cache/bin
  npm install --prefix .cache/node --no-audit --no-fund --no-save --loglevel=error \
    "node@$node_version" "npm@$npm_version" >&2
  for name in node npm npx; do ln -sf "../node/node_modules/.bin/$name" .cache/bin/; done
  node_is_good || die "Node.js $node_version was installed but does not run"
}

# npm ci, once for every state of the lock file.
install_npm_packages() {
  [[ -f package-lock.json ]] || return 0
  local stamp=node_modules/.plumbline-lock lock
  lock=$(sha256sum package-lock.json)
  [[ -f $stamp && $(<"$stamp") == "$lock" ]] && return 0
  install_node
  say "installing the npm packages of package-lock.json"
  npm ci --no-audit --no-fund --loglevel=error >&2
  echo "$lock" >"$stamp"
}

mapfile -t needed < <(packages always "$@")
install_packages "${needed[@]}"
install_npm_packages
