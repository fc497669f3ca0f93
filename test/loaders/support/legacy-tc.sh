#!/usr/bin/env bash
# legacy-tc.sh CACHE DIRECTORY OBJECT SECTION classifier|xdp [TC [EARLIER]]
#
# To be run by `unshare --net --mount --propagation private`: all that it makes goes with the namespaces.
# Loads the section with the legacy loader and, if it accepts it, runs the packets on standard input over
# the program. DIRECTORY/status holds the loader's exit code, DIRECTORY/stderr what it said; standard
# output is bpf-run's JSON. Exit code: 0 also for a refused object. TC is used in place of the legacy tc; EARLIER is an
# object that is loaded before, and leaves behind what it pins. READER is the name of a program to use in place of
# bpf-run.
set -euo pipefail

cache=$1 directory=$2 object=$3 section=$4 type=$5
tc=${6:-$cache/tc} ip=$cache/ip earlier=${7:-}

mount -t bpf bpf /sys/fs/bpf
"$ip" link set dev lo up

load() {
  case $type in
    classifier) "$tc" filter add dev lo ingress bpf da obj "$object" sec "$section" verbose ;;
    xdp) "$ip" -force link set dev lo xdpgeneric obj "$object" sec "$section" verbose ;;
    *) echo "unknown type $type" >&2; exit 2 ;;
  esac
}

show() {
  case $type in
    classifier) "$tc" filter show dev lo ingress ;;
    xdp) "$ip" -details link show dev lo ;;
  esac
}

[ "$type" = classifier ] && "$tc" qdisc add dev lo clsact
if [ -n "$earlier" ]; then
  "$tc" filter add dev lo egress bpf da obj "$earlier" sec "$section"
fi

status=0
load >"$directory/stdout" 2>"$directory/stderr" </dev/null || status=$?
echo "$status" >"$directory/status"
[ "$status" = 0 ] || exit 0

id=$(show | sed -nE 's/.*(prog\/xdp| )id ([0-9]+).*/\2/p' | head -n 1)
[ -n "$id" ] || { echo "the loaded program has no id: $(show)" >&2; exit 1; }
exec "$cache/${READER:-bpf-run}" id "$id"
