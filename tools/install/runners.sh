# shellcheck shell=bash
# The tests' own programs in C, built again when their source changes. Sourced.

# build_runner NAME SOURCE FLAG...: $cache/NAME from test/loaders/support/SOURCE.c
build_runner() {
  local name=$1 support=$here/test/loaders/support source=$here/test/loaders/support/$2.c sum
  shift 2
  sum=$(cat "$source" "$support"/*.h - <<<"$*" | sha256sum)
  [ -x "$cache/$name" ] && [ "$(cat "$cache/$name.sum" 2>/dev/null)" = "$sum" ] && return
  say "building $name"
  cc -std=gnu11 -O1 -Wall -Wextra -Werror "$source" -o "$cache/$name" "$@"
  printf '%s\n' "$sum" >"$cache/$name.sum"
}
