# shellcheck shell=bash
# xdp-tools: Debian's build of its objects, and its source compiled here. Sourced.

fetch_xdp_objects() {
  local work=$scratch/xdp-binary
  say "fetching the objects of xdp-tools"
  fetch_first "$work" "own $newer_suites" download libxdp1 xdp-tools
  unpack "$work" "$work/files"
  mkdir -p "$work/objects"
  find "$work/files" -name '*.o' -exec cp {} "$work/objects" ';'
  publish "$work/objects" "$cache/corpus/xdp"
}

# Every source with a SEC(...) is a program, and so is one that includes xdp-filter's. HAVE_... : the machine's
# libbpf knows the helpers that the sources declare for older ones.
build_xdp_tools() {
  local work=$scratch/xdp-source objects=$scratch/xdp-objects source
  say "compiling xdp-tools"
  fetch_first "$work" "own $newer_suites" source --download-only xdp-tools
  tar -xf "$work"/xdp-tools_*.orig.tar.* -C "$work"
  cd "$work"/xdp-tools-*/
  mkdir -p "$objects"
  m4 -DMAX_DISPATCHER_ACTIONS=10 lib/libxdp/xdp-dispatcher.c.in >lib/libxdp/xdp-dispatcher.c
  grep -rlE 'SEC\("|xdpfilt_prog\.h' --include='*.c' . | sort | while read -r source; do
    clang-19 -target bpf -O2 -g -w -DMAX_DISPATCHER_ACTIONS=10 "-D__TARGET_ARCH_$architecture" \
      '-DTOOLS_VERSION="1"' -DHAVE_LIBBPF_BPF_PROGRAM__TYPE -DHAVE_LIBBPF_BPF_PROGRAM__FLAGS \
      -I headers -I lib/util -idirafter "$system_headers" -c "$source" \
      -o "$objects/$(basename "${source%.c}" .bpf).o" 2>/dev/null || true
  done
  cd "$here"
  [ "$(count_objects "$objects")" -ge 20 ] || die "only $(count_objects "$objects") programs of xdp-tools compile"
  publish "$objects" "$cache/corpus/xdp-tools"
}
