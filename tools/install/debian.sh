# shellcheck shell=bash
# Packages and source packages of Debian's suites, fetched beside the machine's own configuration. Sourced.
#
# A suite is `own`, the machine's own entries, or the name of another one on the same mirror. Not every
# mirror serves every file, so what a part needs is asked of several suites in turn.

newer_suites='stable testing unstable'

# The machine's own Debian entries, as sources of source packages. Other hosts' entries are left out.
debian_source_list() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] && sed -nE 's/^deb[[:space:]](.*(debian\.org|\/debian(-security)?\/?[[:space:]]).*)/deb-src \1/p' "$file"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] && debian_stanzas "$file"
  done
  return 0
}

# One deb-src line for each suite of each Debian stanza of a deb822 file.
debian_stanzas() {
  awk -v RS='' -F'\n' '
    {
      delete field
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^#/ || !match($i, /^[A-Za-z-]+:/)) continue
        name = tolower(substr($i, 1, RLENGTH - 1))
        value = substr($i, RLENGTH + 1)
        gsub(/^[ \t]+|[ \t]+$/, "", value)
        field[name] = value
      }
      if (field["types"] !~ /(^| )deb( |$)/ || tolower(field["enabled"]) == "no") next
      if (field["uris"] !~ /debian\.org|\/debian(-security)?\/?( |$)/) next
      option = field["signed-by"] ? "[signed-by=" field["signed-by"] "] " : ""
      uris = split(field["uris"], uri, /[ \t]+/)
      suites = split(field["suites"], suite, /[ \t]+/)
      for (u = 1; u <= uris; u++)
        for (s = 1; s <= suites; s++)
          print "deb-src " option uri[u] " " suite[s] " " field["components"]
    }' "$1"
}

# The same for another suite: the mirror of the machine's main entry, not that of its security updates.
suite_source_list() {
  [ "$1" = own ] && { debian_source_list; return; }
  debian_source_list | grep -v -- -security | head -n 1 |
    sed -E "s/^(deb-src (\[[^]]*\] )?[^ ]+) .*/\1 $1 main/"
}

# Prints apt-get's options for a suite, one a line. The lists are fetched at the first use of a suite.
# All is written to a directory of ours, so no root and no lock is needed.
suite_options() {
  local suite=$1 work=$scratch/suites/$1
  local options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
    -o APT::Sandbox::User= -o Debug::NoLocking=1
    -o Acquire::Languages=none -o Acquire::Retries=2
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false)
  if ! [ -f "$work/ready" ]; then
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    suite_source_list "$suite" | sed -E 'p; s/^deb-src/deb/' >"$work/sources.list"
    [ -s "$work/sources.list" ] || die "no Debian entry in /etc/apt/sources.list or /etc/apt/sources.list.d"
    apt-get "${options[@]}" update >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
    touch "$work/ready"
  fi
  printf '%s\n' "${options[@]}"
}

# fetch DIRECTORY SUITE source|download PACKAGE...
fetch() {
  local directory=$1 suite=$2 listed options
  shift 2
  listed=$(suite_options "$suite") || return 1
  mapfile -t options <<<"$listed"
  mkdir -p "$directory"
  (cd "$directory" && apt-get "${options[@]}" "$@" >"$scratch/fetch.log" 2>&1)
}

# The same from the first of several suites that serves it: fetch_first DIRECTORY 'SUITE...' COMMAND...
fetch_first() {
  local directory=$1 suites=$2 suite
  shift 2
  for suite in $suites; do
    fetch "$directory" "$suite" "$@" && return
    rm -rf "$directory"
  done
  cat "$scratch/fetch.log" >&2 2>/dev/null || true
  die "none of the suites ($suites) serves: $*"
}

# The names of a suite's packages that begin with $2.
packages_named() {
  local listed options
  listed=$(suite_options "$1") || return 1
  mapfile -t options <<<"$listed"
  apt-cache "${options[@]}" pkgnames "$2"
}

# Takes the packages in a directory apart into another.
unpack() {
  local package
  for package in "$1"/*.deb; do dpkg-deb -x "$package" "$2"; done
}
