# shellcheck shell=bash
# The tests' own program over cilium/ebpf, in Go, built again when its source changes: with the newest version, and
# with older ones where the loader's behaviour changed. Sourced.

# The first Go that can fetch the one that a module asks for.
least_go=21

# build_cilium_load: $cache/cilium-load, cilium-load-0.20, cilium-load-0.13
build_cilium_load() {
  local source=$here/test/loaders/support/cilium-load sum
  sum=$(cat "$source"/*.go "$source"/*.mod "$source"/*.sum "$here/tools/install/cilium.sh" | sha256sum)
  [ -x "$cache/cilium-load" ] && [ "$(cat "$cache/cilium-load.sum" 2>/dev/null)" = "$sum" ] && return
  find_go
  say "building cilium-load"
  build_go "$source" cilium-load go.mod
  build_go "$source" cilium-load-0.20 go-0.20.mod -tags old
  build_go "$source" cilium-load-0.13 go-0.13.mod -tags old
  printf '%s\n' "$sum" >"$cache/cilium-load.sum"
}

# build_go SOURCE NAME MODFILE FLAG...
build_go() {
  local source=$1 name=$2 modfile=$3
  shift 3
  quietly "$name did not build" env GOTOOLCHAIN=auto GOFLAGS= GOWORK=off CGO_ENABLED=0 \
    "$go" build -C "$source" -modfile="$modfile" -mod=readonly -trimpath -buildvcs=false "$@" -o "$scratch/$name" .
  publish "$scratch/$name" "$cache/$name"
}

minor_of_go() { "$1" env GOVERSION 2>/dev/null | sed -nE 's/^go1\.([0-9]+).*/\1/p'; }

# Sets `go` to the machine's own, or to that of the newest Debian suite, unpacked beside the machine's.
find_go() {
  local suite package work=$scratch/go
  go=$(command -v go || true)
  [ -n "$go" ] && [ "$(minor_of_go "$go")" -ge "$least_go" ] && return
  for suite in own $newer_suites; do
    package=$(packages_named "$suite" golang-1. | sed -nE 's/^(golang-1\.[0-9]+)-go$/\1/p' | sort -V | tail -n 1)
    [ -n "$package" ] && [ "${package#golang-1.}" -ge "$least_go" ] || continue
    say "fetching $package"
    fetch "$work/packages" "$suite" download "$package-go" "$package-src" || continue
    unpack "$work/packages" "$work/files"
    go=$work/files/usr/lib/${package/golang/go}/bin/go
    return
  done
  die "Go 1.$least_go or newer is needed: none on this machine, none in Debian's suites"
}
