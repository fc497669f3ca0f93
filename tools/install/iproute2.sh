# shellcheck shell=bash
# iproute2's tc and ip with their own ELF loader, and its examples for tc. Sourced.

build_legacy_tc() {
  local work=$scratch/iproute2 source
  say "building iproute2 without libbpf"
  fetch_first "$work" own source iproute2
  source=$(find "$work" -maxdepth 1 -type d -name 'iproute2-*')
  quietly "iproute2 did not build" make_legacy_tc "$source"
  install -m 755 "$source/tc/tc" "$cache/tc"
  install -m 755 "$source/ip/ip" "$cache/ip"
  build_tc_examples "$source"
}

make_legacy_tc() (
  cd "$1" || exit
  LIBBPF_FORCE=off ./configure
  grep -q '^HAVE_ELF:=y' config.mk || { echo 'libelf was not found'; exit 1; }
  make -j"$(nproc)" SUBDIRS='lib tc ip'
)

# The examples pin maps by a hash that some kernels lack (AF_ALG), so they pin them under global names here.
build_tc_examples() {
  local source=$1 objects=$scratch/tc-examples example name
  mkdir -p "$objects"
  for example in "$source"/examples/bpf/legacy/*.c; do
    name=$(basename "$example" .c)
    sed -i 's/PIN_OBJECT_NS/PIN_GLOBAL_NS/' "$example"
    clang-19 -target bpf -O2 -g -w -D"__$(uname -m)__" -I"$source/include" -I"$source/include/uapi" \
      -I"/usr/include/$(cc -print-multiarch)" -c "$example" -o "$objects/$name.o"
  done
  publish "$objects" "$cache/corpus/tc"
}
