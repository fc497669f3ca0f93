# shellcheck shell=bash
# aya-load: what the Rust crates aya-obj and aya make of objects (test/loaders/support/aya-load), a debug build, so
# that their own assertions hold it. Sourced.
#
# The newest aya needs a newer rustc than most machines have; rustup brings one beside the machine's own, which
# stays what it was.

aya_rust=1.98.0

# Sets `aya_cargo` to what stands for `cargo` here: one that brings at least $aya_rust.
choose_cargo() {
  aya_cargo=(cargo)
  if command -v cargo >/dev/null && at_least "$aya_rust" "$(cargo --version | awk '{ print $2 }')"; then
    return
  fi
  if ! command -v rustup >/dev/null; then
    apt-cache show rustup >/dev/null 2>&1 ||
      die "aya needs rustc $aya_rust: install rustup (https://rustup.rs), then run this again"
    install_packages rustup
  fi
  rustup run "$aya_rust" cargo --version >/dev/null 2>&1 ||
    quietly "rustup has no rustc $aya_rust" \
      rustup toolchain install "$aya_rust" --profile minimal --no-self-update
  aya_cargo=(rustup run "$aya_rust" cargo)
}

at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

build_aya_load() {
  local source=$here/test/loaders/support/aya-load work=$scratch/aya-load sum
  sum=$(cat "$source/Cargo.toml" "$source"/src/*.rs - <<<"$aya_rust" | sha256sum)
  [ -x "$cache/aya-load" ] && [ "$(cat "$cache/aya-load.sum" 2>/dev/null)" = "$sum" ] && return
  choose_cargo
  say "building aya-load"
  mkdir -p "$work"
  cp -r "$source/Cargo.toml" "$source/src" "$work"
  quietly 'aya-load did not build' \
    "${aya_cargo[@]}" build --manifest-path "$work/Cargo.toml" --target-dir "$work/target"
  install -m 755 "$work/target/debug/aya-load" "$cache/aya-load"
  printf '%s\n' "$sum" >"$cache/aya-load.sum"
}
