# shellcheck shell=bash
# What every part of install-loaders.sh uses. Sourced.

say() { printf 'install-loaders: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# A directory of our own for all that is fetched and built; gone when the script ends.
make_scratch() {
  mkdir -p "$cache"
  scratch=$(mktemp -d "$cache/install.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
  else die "root is needed for: $*"
  fi
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null </dev/null
}

# Runs a command that says much, and shows the end of it only where it fails: quietly WHAT COMMAND...
quietly() {
  local what=$1 log=$scratch/log
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 30 "$log" >&2
  die "$what"
}

# The directory $1 appears whole or not at all, so that an interrupted run is no half corpus.
publish() {
  local from=$1 to=$2
  mkdir -p "$(dirname "$to")"
  rm -rf "$to"
  mv "$from" "$to"
}

count_objects() { find "$1" -maxdepth 1 -name '*.o' | wc -l; }
