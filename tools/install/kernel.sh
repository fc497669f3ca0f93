# shellcheck shell=bash
# What the kernel's own source gives: the reference linker (bpftool), the libbpf that goes with it, and the
# programs of its BPF selftests, among them the objects that the reference links in its own tests. Sourced.
#
# The tree is that of the newest Debian kernel that is not newer than this machine's, whose types the
# programs are compiled against.

kernel_parts=(tools/testing/selftests/bpf tools/lib tools/bpf tools/include tools/build tools/scripts
  tools/arch kernel/bpf/disasm.c kernel/bpf/disasm.h scripts include/uapi)

# Prints SUITE PACKAGE.
kernel_source_package() {
  local running suite version known
  running=$(uname -r | grep -oE '^[0-9]+\.[0-9]+')
  for suite in own $newer_suites; do
    for version in $(packages_named "$suite" linux-source- | sed -nE 's/^linux-source-([0-9]+\.[0-9]+)$/\1/p'); do
      printf '%s %s\n' "$version" "$suite"
    done
  done | sort -V >"$scratch/kernels"
  known=$(awk '{ print $1 }' "$scratch/kernels")
  [ -n "$known" ] || die "no suite (own $newer_suites) has a package linux-source-*"
  version=$(printf '%s\n' "$known" "$running" | sort -V | sed "/^$running\$/q" | grep -Fx "$known" | tail -n 1) || true
  [ -n "$version" ] || version=$(head -n 1 <<<"$known")
  awk -v version="$version" '$1 == version { print $2, "linux-source-" version; exit }' "$scratch/kernels"
}

# Sets `kernel` to the unpacked parts of the tree.
fetch_kernel() {
  local work=$scratch/kernel suite package archive
  read -r suite package <<<"$(kernel_source_package)"
  [ -n "${package:-}" ] || die "no kernel source was found"
  say "fetching $package (about 150 MB)"
  fetch_first "$work/packages" "$suite" download "$package"
  archive=./usr/src/$package.tar.xz
  dpkg-deb --fsys-tarfile "$work"/packages/*.deb | tar -xOf - "$archive" |
    xz -dc -T0 | tar -xf - -C "$work" --wildcards "${kernel_parts[@]/#/$package/}"
  kernel=$work/$package
}

make_bpftool() {
  make -C "$kernel/tools/bpf/bpftool" -j"$(nproc)" feature-clang-bpf-co-re=0 feature-llvm=0 \
    feature-libbfd=0 feature-libcap=0
}

build_reference() {
  local libbpf=$kernel/tools/bpf/bpftool/libbpf reference=$scratch/reference
  say "building bpftool"
  quietly "bpftool did not build" make_bpftool
  mkdir -p "$reference"
  cp "$kernel/tools/bpf/bpftool/bpftool" "$reference"
  cp -r "$libbpf/include" "$libbpf/libbpf.a" "$reference"
  "$reference/bpftool" btf dump file /sys/kernel/btf/vmlinux format c >"$reference/include/vmlinux.h" ||
    die "this kernel tells nothing of its types (/sys/kernel/btf/vmlinux)"
  publish "$reference" "$cache/reference"
}

# The programs are compiled against this kernel's types, so those that another version's types are missing
# from are left out: about one in a hundred. The prototypes in vmlinux.h are this kernel's, and at odds with
# what older programs declare, hence the second attempt.
build_selftests() {
  local programs=$kernel/tools/testing/selftests/bpf objects=$scratch/selftests
  say "compiling the kernel's BPF selftests"
  mkdir -p "$objects"
  export kernel programs objects
  # shellcheck disable=SC2016
  find "$programs/progs" -name '*.c' | sort | xargs -P "$(nproc)" -n 1 bash -c '
    compile() {
      clang-19 -target bpf -mcpu=v3 -O2 -g -w -D"__TARGET_ARCH_$architecture" -DENABLE_ATOMICS_TESTS \
        -D__force= -D__attribute_const__= "$@" -I "$cache/reference/include" -I "$programs" \
        -I "$kernel/tools/include/uapi" -idirafter "$system_headers" -o "$objects/$(basename "$source" .c).o" \
        -c "$source" 2>/dev/null
    }
    source=$0
    compile -DBPF_NO_KFUNC_PROTOTYPES || compile || true'
  [ "$(count_objects "$objects")" -ge 300 ] || die "only $(count_objects "$objects") of the selftests compile"
  publish "$objects" "$cache/corpus/selftests"
}
