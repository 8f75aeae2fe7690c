#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Feeds arbitrary bytes to whatever reads what comes from the network, under ASan and UBSan: "fuzz.sh" each target of
# tests/fuzz for a minute, "fuzz.sh 600 http rooms" these two for ten. As many at a time as there are processors.
# "fuzz.sh 0" only builds them.
# What a target finds interesting is kept in build-fuzz/corpus for the next time. Needs "install-packages.sh test".
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- packets messages data http websocket rooms rtp rtcp rate whip sdp
build=build-fuzz

[ -f "$build/build.ninja" ] ||
  CC=clang CXX=clang++ meson setup "$build" -Dtests=disabled -Dfuzz=enabled -Ddebug=false -Dcpp_args=-g1 -Doptimization=1 \
    -Db_sanitize=address,undefined -Db_lundef=false -Dunity=on -Dunity_size=24 > /dev/null
meson compile -C "$build" fuzz-targets > "$build/compile.log" 2>&1 || { cat "$build/compile.log"; exit 1; }
[ "$seconds" -gt 0 ] || exit 0
mkdir -p "$build/findings"

# A broken promise to GLib counts as a crash, and each of its allocations is seen.
export G_DEBUG=fatal-criticals G_SLICE=always-malloc

# fuzz TARGET
fuzz() {
  log="$build/findings/$1.log"
  mkdir -p "$build/corpus/$1"
  if "$build/tests/fuzz/fuzz-$1" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="$build/findings/$1-" "$build/corpus/$1" "tests/fuzz/corpus/$1" > "$log" 2>&1; then
    echo "$1: $(grep -a '^Done' "$log")"
  else
    echo "$1: $(grep -a -E '^Does not hold|runtime error:|CRITICAL|ERROR:|SUMMARY:' "$log" | head -n 2)"
    echo "$1: all of it in $log; $(grep -a -o 'Test unit written to .*' "$log" || echo 'there is no input to repeat it')"
    return 1
  fi
}

passed=0
failed=0
while [ $# -gt 0 ]; do
  running=""
  for _ in $(seq "$(nproc)"); do
    [ $# -gt 0 ] || break
    fuzz "$1" &
    running="$running $!"
    shift
  done
  for process in $running; do
    if wait "$process"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
    fi
  done
done
echo "$passed fuzz targets passed, $failed failed"
[ "$failed" -eq 0 ]
