#!/usr/bin/env bash
# Brings the real loaders, the reference linker and a corpus of real objects to a Debian machine, for
# `npm run test:loaders`. Into $BPFLD_CACHE, $HOME/.cache/bpfld unless that says otherwise:
#
#   tc, ip             iproute2 built from Debian's source package without libbpf, so that tc has its own
#                      ("legacy") ELF loader, which Debian's binary has not
#   reference/         bpftool, libbpf and this kernel's vmlinux.h, from the kernel's source
#   libbpf-VERSION/    the newest libbpf
#   libbpf-open-debian, libbpf-open-newest
#                      say what the machine's libbpf and the newest make of an object (libbpf-open.c)
#   libbpf-code        says what the newest libbpf makes of programs, and runs them (libbpf-code.c)
#   bpf-run, bpf-run-newest
#                      load and run programs (test/loaders/support/bpf-run.c), with the machine's libbpf and the newest
#   bpf-verdict        says what libbpf and the verifier make of objects (bpf-verdict.c), with reference/libbpf.a
#   cilium-load, cilium-load-0.20, cilium-load-0.13
#                      say what cilium/ebpf of that version and the kernel make of an object, and run its programs
#                      (cilium-load/); the first is the newest
#   aya-load           says what the Rust crates aya-obj and aya make of an object (test/loaders/support/aya-load)
#   redbpf-load        says what the crate redbpf makes of one (test/loaders/support/redbpf-load)
#   corpus/tc          iproute2's own examples for tc, compiled
#   corpus/xdp         the objects of Debian's xdp-tools
#   corpus/xdp-tools   xdp-tools compiled here
#   corpus/selftests   the kernel's BPF selftests compiled here
#   corpus/libbpf-tools, corpus/libbpf-tools-stable, corpus/libbpf-tools-unstable
#                      the objects inside the programs of libbpf-tools, of three years
#   corpus/pwru        the objects inside pwru, which is in Go: made by bpf2go, without DWARF
#
# and the tools whose opinion of ELF files the tests ask for (llvm-readelf, readelf).
#
# Idempotent; a second run does nothing. A first run fetches about 250 MB.
# Needs root (or sudo that asks for no password) only where packages are missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${BPFLD_CACHE:-${HOME:-/root}/.cache/bpfld}
for part in common debian iproute2 libbpf kernel xdp-tools embedded runners cilium aya redbpf; do
  # shellcheck source=/dev/null
  . "$here/tools/install/$part.sh"
done

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
  die "apt-get is needed: this script knows Debian only"
make_scratch
install_packages gcc libc6-dev libbpf-dev libelf-dev libmnl-dev zlib1g-dev make util-linux mount \
  binutils llvm-19 iproute2
system_headers=/usr/include/$(cc -print-multiarch)
architecture=$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
export cache system_headers architecture

if ! [ -x "$cache/tc" ] || ! [ -x "$cache/ip" ] || ! [ -d "$cache/corpus/tc" ]; then
  install_packages make pkg-config bison flex dpkg-dev clang-19
  build_legacy_tc
fi
build_runner bpf-run bpf-run -lbpf
build_runner libbpf-open-debian libbpf-open -lbpf
[ -d "$newest_libbpf" ] || build_newest_libbpf
build_runner map-dump-debian map-dump -lbpf
build_runner libbpf-open-newest libbpf-open "-I$newest_libbpf/include" "$newest_libbpf/lib/libbpf.a" -lelf -lz
build_runner map-dump-newest map-dump "-I$newest_libbpf/include" "$newest_libbpf/lib/libbpf.a" -lelf -lz
build_runner bpf-run-newest bpf-run "-I$newest_libbpf/include" "$newest_libbpf/lib/libbpf.a" -lelf -lz
build_runner libbpf-code libbpf-code "-I$newest_libbpf/include" "$newest_libbpf/lib/libbpf.a" -lelf -lz

[ -d "$cache/corpus/xdp" ] || fetch_xdp_objects
if ! [ -d "$cache/corpus/xdp-tools" ]; then
  install_packages dpkg-dev clang-19 m4
  build_xdp_tools
fi
for suite in own stable unstable; do
  name=libbpf-tools-$suite
  [ -d "$cache/corpus/${name%-own}" ] || carve_package "${name%-own}" libbpf-tools 40 "$suite"
done
[ -d "$cache/corpus/pwru" ] || carve_package pwru pwru 1 "own $newer_suites"
if ! [ -d "$cache/reference" ] || ! [ -d "$cache/corpus/selftests" ]; then
  install_packages make xz-utils clang-19
  fetch_kernel
  build_reference
  build_selftests
fi
build_runner bpf-verdict bpf-verdict "-I$cache/reference/include" "$cache/reference/libbpf.a" -lelf -lz
build_cilium_load
build_aya_load
build_redbpf_load
say "ready in $cache: $("$cache/tc" -V)"
