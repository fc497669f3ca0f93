# shellcheck shell=bash
# The newest libbpf, whose source comes in the crate libbpf-sys. Sourced.

crate=1.7.0+v1.7.0
checksum=a109478760b2900aa2a6f2087e9d0de1d9c535b1758602af2845d5d2ccfaed7c
newest_libbpf=$cache/libbpf-$crate

# The library and its headers into $newest_libbpf.
build_newest_libbpf() {
  local work=$scratch/libbpf vendored=$scratch/libbpf/vendor/libbpf-sys
  command -v cargo >/dev/null || install_packages cargo
  say "building libbpf ${crate#*+v}"
  mkdir -p "$work"
  printf '%s\n' '[package]' 'name = "libbpf-source"' 'version = "0.0.0"' 'edition = "2021"' '[workspace]' '[lib]' \
    'path = "lib.rs"' '[dependencies]' "libbpf-sys = { version = \"=${crate%%+*}\", default-features = false }" \
    >"$work/Cargo.toml"
  touch "$work/lib.rs"
  quietly 'cargo cannot fetch libbpf-sys' cargo vendor --manifest-path "$work/Cargo.toml" "$work/vendor"
  grep -q "\"package\":\"$checksum\"" "$vendored/.cargo-checksum.json" || die "libbpf-sys is not what it was"
  quietly 'libbpf did not build' make -C "$vendored/libbpf/src" -j"$(nproc)" BUILD_STATIC_ONLY=1 \
    OBJDIR="$work/objects" DESTDIR="$work/root" PREFIX= LIBDIR=/lib install install_uapi_headers
  publish "$work/root" "$newest_libbpf"
}
