# shellcheck shell=bash
# Objects that programs carry inside them: libbpf-tools of several years, and others. Sourced.

# carve_package NAME PACKAGE LEAST 'SUITE...': the objects inside a package's files.
carve_package() {
  local name=$1 package=$2 least=$3 suites=$4 work=$scratch/embedded-$1
  say "taking the objects out of $package ($suites)"
  fetch_first "$work/packages" "$suites" download "$package"
  unpack "$work/packages" "$work/files"
  node "$here/tools/install/carve-objects.mjs" "$work/objects" "$work/files"
  [ "$(count_objects "$work/objects")" -ge "$least" ] ||
    die "only $(count_objects "$work/objects") objects in $package, expected $least"
  publish "$work/objects" "$cache/corpus/$name"
}
