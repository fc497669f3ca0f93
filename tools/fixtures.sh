#!/usr/bin/env bash
# Rebuilds the objects of fixtures/ from their sources: `npm run fixtures [DIRECTORY...]`. What is built depends on
# the compilers only (clang and yaml2obj 19, gcc-bpf, rustc): twice the same bytes, on every machine.
#
# By suffix: .c .cpp .S by clang, .gcc.c .gcc.S by bpf-gcc, .rs by rustc, .yaml by yaml2obj. Each source gives
# NAME.o (little-endian) and NAME.be.o (big-endian). A line `build: NAME FLAGS...` in the source names the object
# and adds flags; several such lines give several objects; `build:` alone says that it is only included by others.
# `endian: little` leaves out the big-endian one; `strip: debug` takes DWARF out of the objects and leaves BTF;
# `objcopy: FLAGS` has llvm-objcopy change them, for what compilers do not write.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../fixtures"
llvm=${LLVM_SUFFIX--19}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'fixtures: %s\n' "$*" >&2; }

need() {
  command -v "$1" >/dev/null || { say "$1 is needed (Debian: $2)"; exit 1; }
}

# rustc's BPF targets write bitcode; the same target without that writes an ELF object.
rust_target() {
  local endian=$1 target=$work/bpf$1-object.json
  [ -f "$target" ] || RUSTC_BOOTSTRAP=1 rustc -Z unstable-options --target "bpf$endian-unknown-none" \
    --print target-spec-json |
    node -e '
      const target = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
      delete target["obj-is-bitcode"];
      delete target.metadata;
      console.log(JSON.stringify(target));' >"$target"
  echo "$target"
}

# compile SOURCE OBJECT el|eb FLAGS...: in the source's directory, so that no path gets into the object.
compile() {
  local source=$1 object=$2 endian=$3 flags=()
  shift 3
  case $source in
    *.gcc.c | *.gcc.S)
      local order=little
      [ "$endian" = eb ] && order=big
      # What GCC writes into BTF as the directory is the preprocessor's, whatever maps are given.
      if [[ " $* " = *' -gbtf '* ]]; then
        bpf-gcc -m$order-endian -O2 -E -fworking-directory "$source" "$@" |
          sed "s,\"$PWD//\",\"/fixtures//\"," >"$work/preprocessed.i"
        source=$work/preprocessed.i
      fi
      bpf-gcc -m$order-endian -O2 -frandom-seed=0 -ffile-prefix-map="$PWD=." -c "$source" -o "$object" "$@"
      ;;
    *.c | *.S | *.cpp)
      local extra=()
      [ "${source##*.}" = cpp ] && extra=(-x c++ -std=c++17 -fno-exceptions -fno-rtti)
      "clang$llvm" -target bpf$endian -mcpu=v2 -O2 -Wall -fno-ident -fdebug-compilation-dir=. \
        -ffile-prefix-map="$PWD=." "${extra[@]}" -c "$source" -o "$object" "$@"
      ;;
    *.rs)
      RUSTC_BOOTSTRAP=1 rustc -Z unstable-options --target "$(rust_target "$endian")" --edition 2021 --emit=obj \
        -O -C metadata=fixture -C codegen-units=1 --remap-path-prefix "$PWD=." "$source" -o "$object" "$@"
      ;;
    *.yaml)
      local data=ELFDATA2LSB
      [ "$endian" = eb ] && data=ELFDATA2MSB
      "yaml2obj$llvm" -DDATA=$data "$source" -o "$object" "$@"
      ;;
  esac
  if grep -qE '^(//|#| \*) strip: debug' "$source"; then "llvm-strip$llvm" -g "$object"; fi
  read -ra flags < <(sed -nE 's,^(//|#| \*) objcopy: ,,p' "$source") || true
  if [ ${#flags[@]} != 0 ]; then "llvm-objcopy$llvm" "${flags[@]}" "$object"; fi
}

build() {
  local source=$1 recipes recipe words name
  recipes=$(sed -nE 's,^(//|#| \*) build: ?,,p' "$source")
  if [ -z "$recipes" ]; then
    grep -qE '^(//|#| \*) build:' "$source" && return
    recipes=${source%.*}
    recipes=${recipes%.gcc}
  fi
  while read -r recipe; do
    read -ra words <<<"$recipe"
    name=${words[0]}
    compile "$source" "$name.o" el "${words[@]:1}"
    grep -qE '^(//|#| \*) endian: little' "$source" || compile "$source" "$name.be.o" eb "${words[@]:1}"
  done <<<"$recipes"
}

need "clang$llvm" clang-19
need "yaml2obj$llvm" llvm-19
need bpf-gcc gcc-bpf
need rustc 'rustup, 1.95'
need node nodejs

if [ $# = 0 ]; then set -- */ verdicts/*/; fi
for directory in "$@"; do
  pushd "$directory" >/dev/null
  rm -f ./*.o
  for source in *.c *.cpp *.S *.rs *.yaml; do
    if [ -f "$source" ]; then build "$source"; fi
  done
  popd >/dev/null
done
say "$(find . -name '*.o' | wc -l) objects, $(find . -name '*.o' -print0 | du -cb --files0-from=- | tail -n 1 | cut -f 1) bytes"
