#!/usr/bin/env bash
# Builds test/loaders/support/libbpf-open.c against two libbpfs, for `npm run test:loaders`:
#
#   $BPFLD_CACHE/libbpf-open-debian   Debian's libbpf (1.1 in bookworm), which tools/install-loaders.sh installs
#   $BPFLD_CACHE/libbpf-open-newest   the newest libbpf. Its source comes in the crate libbpf-sys.
#
# The cache is $HOME/.cache/bpfld unless BPFLD_CACHE says otherwise. Idempotent; a second run does nothing.
# Needs gcc, make, cargo, libbpf-dev, libelf-dev and zlib1g-dev.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${BPFLD_CACHE:-${HOME:-/root}/.cache/bpfld}
source=$here/test/loaders/support/libbpf-open.c
crate=1.7.0+v1.7.0
checksum=a109478760b2900aa2a6f2087e9d0de1d9c535b1758602af2845d5d2ccfaed7c

say() { printf 'install-libbpf: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The library and its headers into $cache/libbpf-$crate.
build_libbpf() {
  local work vendored
  command -v cargo >/dev/null || die "cargo is needed, to fetch libbpf's source"
  work=$(mktemp -d "$cache/libbpf.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  say "building libbpf ${crate#*+v}"
  printf '%s\n' '[package]' 'name = "libbpf-source"' 'version = "0.0.0"' 'edition = "2021"' '[workspace]' '[lib]' \
    'path = "lib.rs"' '[dependencies]' "libbpf-sys = { version = \"=${crate%%+*}\", default-features = false }" \
    >"$work/Cargo.toml"
  touch "$work/lib.rs"
  (cd "$work" && cargo vendor --quiet >log 2>&1) || { tail -n 20 "$work/log" >&2; die "cargo cannot fetch libbpf-sys"; }
  vendored=$work/vendor/libbpf-sys
  grep -q "\"package\":\"$checksum\"" "$vendored/.cargo-checksum.json" || die "libbpf-sys is not what it was"
  make -C "$vendored/libbpf/src" -j"$(nproc)" BUILD_STATIC_ONLY=1 OBJDIR="$work/objects" DESTDIR="$work/root" \
    PREFIX= LIBDIR=/lib install install_uapi_headers >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log" >&2; die "libbpf did not build"; }
  mv "$work/root" "$cache/libbpf-$crate"
  rm -rf "$work"
  trap - EXIT
}

# build_runner NAME COMPILER-WORDS...
build_runner() {
  local name=$1 sum
  shift
  sum=$(printf '%s' "$*" | cat "$source" - | sha256sum)
  [ -x "$cache/$name" ] && [ "$(cat "$cache/$name.sum" 2>/dev/null)" = "$sum" ] && return
  say "building $name"
  cc -std=gnu11 -O1 -Wall -Wextra -Werror "$source" -o "$cache/$name" "$@"
  printf '%s\n' "$sum" >"$cache/$name.sum"
}

mkdir -p "$cache"
[ -d "$cache/libbpf-$crate" ] || build_libbpf
build_runner libbpf-open-debian -lbpf
build_runner libbpf-open-newest -I"$cache/libbpf-$crate/include" "$cache/libbpf-$crate/lib/libbpf.a" -lelf -lz
