# shellcheck shell=bash
# The tests' own programs in C, built again when their source changes. Sourced.

# build_runner NAME FLAG...: $cache/NAME from test/loaders/support/NAME.c
build_runner() {
  local name=$1 source=$here/test/loaders/support/$1.c sum
  shift
  sum=$(cat "$source" - <<<"$*" | sha256sum)
  [ -x "$cache/$name" ] && [ "$(cat "$cache/$name.sum" 2>/dev/null)" = "$sum" ] && return
  say "building $name"
  cc -std=gnu11 -O1 -Wall -Wextra -Werror "$source" -o "$cache/$name" "$@"
  printf '%s\n' "$sum" >"$cache/$name.sum"
}
