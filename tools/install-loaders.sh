#!/usr/bin/env bash
# Brings the real loaders to a Debian machine, for `npm run test:loaders`:
#
#   $BPFLD_CACHE/tc, $BPFLD_CACHE/ip   iproute2 built from Debian's source package without libbpf, so that
#                                      tc has its own ("legacy") ELF loader, which Debian's binary has not
#   $BPFLD_CACHE/bpf-run               the tests' runner (test/loaders/support/bpf-run.c), against libbpf
#   $BPFLD_CACHE/corpus/tc             iproute2's own examples for tc, compiled
#   $BPFLD_CACHE/corpus/xdp            the objects of Debian's xdp-tools
#
# and the tools whose opinion of ELF files the tests ask for (llvm-readelf, readelf).
#
# The cache is $HOME/.cache/bpfld unless BPFLD_CACHE says otherwise. Idempotent; a second run does nothing.
# Needs root (or sudo that asks for no password) only where packages are missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${BPFLD_CACHE:-${HOME:-/root}/.cache/bpfld}
runner_source=$here/test/loaders/support/bpf-run.c

say() { printf 'install-loaders: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

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

# Fetches into $1 with source and package lists of our own: the machine's configuration stays as it is.
fetch() {
  local work=$1 options
  shift
  debian_source_list | sed -E 'p; s/^deb-src/deb/' >"$work/sources.list"
  [ -s "$work/sources.list" ] || die "no Debian entry in /etc/apt/sources.list or /etc/apt/sources.list.d"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  # All is written to a directory of ours, so no root and no lock is needed.
  options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
    -o APT::Sandbox::User= -o Debug::NoLocking=1)
  apt-get "${options[@]}" update || die "apt-get cannot fetch the lists of packages"
  (cd "$work" && apt-get "${options[@]}" "$@" >/dev/null) || die "apt-get cannot do: $*"
}

# The examples pin maps by a hash that some kernels lack (AF_ALG), so they pin them under global names here.
build_tc_examples() {
  local source=$1 example name
  mkdir -p "$cache/corpus/tc"
  for example in "$source"/examples/bpf/legacy/*.c; do
    name=$(basename "$example" .c)
    sed -i 's/PIN_OBJECT_NS/PIN_GLOBAL_NS/' "$example"
    clang-19 -target bpf -O2 -g -w -D"__$(uname -m)__" -I"$source/include" -I"$source/include/uapi" \
      -I"/usr/include/$(cc -print-multiarch)" -c "$example" -o "$cache/corpus/tc/$name.o"
  done
}

fetch_xdp_objects() {
  local work package
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  say "fetching the objects of xdp-tools"
  fetch "$work" download libxdp1 xdp-tools
  for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/files"; done
  mkdir -p "$cache/corpus/xdp"
  find "$work/files" -name '*.o' -exec cp {} "$cache/corpus/xdp" ';'
  rm -rf "$work"
  trap - EXIT
}

build_legacy_tc() {
  local work source
  work=$(mktemp -d "$cache/build.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  say "building iproute2 without libbpf"
  fetch "$work" source iproute2
  source=$(find "$work" -maxdepth 1 -type d -name 'iproute2-*')
  (
    cd "$source"
    LIBBPF_FORCE=off ./configure
    grep -q '^HAVE_ELF:=y' config.mk || { echo 'libelf was not found'; exit 1; }
    make -j"$(nproc)" SUBDIRS='lib tc ip'
  ) >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; die "iproute2 did not build"; }
  install -m 755 "$source/tc/tc" "$cache/tc"
  install -m 755 "$source/ip/ip" "$cache/ip"
  build_tc_examples "$source"
  rm -rf "$work"
  trap - EXIT
}

build_runner() {
  local sum
  sum=$(sha256sum <"$runner_source")
  [ -x "$cache/bpf-run" ] && [ "$(cat "$cache/bpf-run.sum" 2>/dev/null)" = "$sum" ] && return
  say "building bpf-run"
  cc -std=gnu11 -O1 -Wall -Wextra -Werror "$runner_source" -o "$cache/bpf-run" -lbpf
  printf '%s\n' "$sum" >"$cache/bpf-run.sum"
}

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
  die "apt-get is needed: this script knows Debian only"
mkdir -p "$cache"
install_packages gcc libc6-dev libbpf-dev libelf-dev libmnl-dev zlib1g-dev util-linux mount \
  binutils llvm-19
if ! [ -x "$cache/tc" ] || ! [ -x "$cache/ip" ] || ! [ -d "$cache/corpus/tc" ]; then
  install_packages make pkg-config bison flex dpkg-dev clang-19
  build_legacy_tc
fi
[ -d "$cache/corpus/xdp" ] || fetch_xdp_objects
build_runner
say "ready in $cache: $("$cache/tc" -V)"
