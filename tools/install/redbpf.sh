# shellcheck shell=bash
# redbpf-load: what the Rust crate redbpf makes of objects (test/loaders/support/redbpf-load). Its bindings are made
# anew from C headers, by a bindgen that knows no libclang newer than 15. Sourced.

# Prints the newest of them that this Debian has.
libclang_for_bindgen() {
  local version
  for version in 15 14 13; do
    apt-cache show "libclang1-$version" >/dev/null 2>&1 || continue
    echo "$version"
    return
  done
  die 'redbpf needs libclang 15 or older (libclang1-15), and apt knows none'
}

build_redbpf_load() {
  local source=$here/test/loaders/support/redbpf-load work=$scratch/redbpf-load sum clang
  sum=$(cat "$source/Cargo.toml" "$source"/src/*.rs | sha256sum)
  [ -x "$cache/redbpf-load" ] && [ "$(cat "$cache/redbpf-load.sum" 2>/dev/null)" = "$sum" ] && return
  command -v cargo >/dev/null || install_packages cargo
  clang=$(libclang_for_bindgen) || exit 1
  install_packages "libclang1-$clang" libelf-dev zlib1g-dev make
  say "building redbpf-load"
  mkdir -p "$work"
  cp -r "$source/Cargo.toml" "$source/src" "$work"
  quietly 'redbpf-load did not build' env "LIBCLANG_PATH=/usr/lib/llvm-$clang/lib" \
    cargo build --manifest-path "$work/Cargo.toml" --target-dir "$work/target"
  install -m 755 "$work/target/debug/redbpf-load" "$cache/redbpf-load"
  printf '%s\n' "$sum" >"$cache/redbpf-load.sum"
}
