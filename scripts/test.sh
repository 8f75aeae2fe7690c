#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what the tests need on Debian 12 or 13 and runs all of them: as they are, under ASan and UBSan, what has threads
# under ThreadSanitizer, those without browsers on Debian 13, and each fuzz target for half a minute. May be run again.
# "test.sh plain", "test.sh asan", "test.sh tsan", "test.sh trixie" or "test.sh fuzz" runs one part. By name only, since
# it takes longest: "test.sh lint" (clang-format, clang-tidy).
set -eu
cd "$(dirname "$0")/.."
wanted=${1:-all}
passed=0
failed=0

want() {
  [ "$wanted" = all ] || [ "$wanted" = "$1" ]
}

# Only if asked for by name.
want_explicitly() {
  [ "$wanted" = "$1" ]
}

# Half of the time goes into compiling. That each file has all that it includes need not be seen in every build: several at
# a time take less.
together="-Dunity=on -Dunity_size=8"

# What to put before meson to have it run elsewhere.
on=""

# configure DIRECTORY OPTION…
configure() {
  directory=$1
  shift
  # Lines are all that reports tell of; full debug information would double the time that compiling takes.
  [ -f "$directory/build.ninja" ] ||
    $on meson setup "$directory" -Dtests=enabled -Dtests-together=true -Ddebug=false -Dcpp_args=-g1 "$@" > /dev/null
}

# Runs the tests of a build directory and adds to the counts: run DIRECTORY ARGUMENT…
run() {
  directory=$1
  shift
  $on meson compile -C "$directory" > "$directory/compile.log" 2>&1 || { cat "$directory/compile.log"; exit 1; }
  before=$failed
  status=0
  $on meson test -C "$directory" --no-rebuild --print-errorlogs "$@" || status=$?
  counts=$(python3 scripts/count_tests.py "$directory/meson-logs/testlog.junit.xml")
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  # A program that was cut off has no failed test case to count.
  if [ "$status" -ne 0 ] && [ "$failed" -eq "$before" ]; then
    failed=$((failed + 1))
  fi
}

scripts/install-packages.sh test
if want trixie; then
  # Most of it waits for the network and the disk: done while others compile.
  trixie_log=$(mktemp)
  scripts/in-debian.sh trixie scripts/install-packages.sh unit > "$trixie_log" 2>&1 &
  trixie=$!
  trap 'wait; rm -f "$trixie_log"' EXIT
fi
echo "== Installing npm packages for the tests"
npm ci --prefix examples/web-room --no-fund --no-audit --loglevel=error > /dev/null
npm ci --prefix tests/e2e --no-fund --no-audit --loglevel=error > /dev/null

if want plain; then
  # Each version has a mind of its own.
  if clang-format --version | grep -q 'version 14\.'; then
    git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
  else
    echo "== The format is not checked: that takes clang-format 14, Debian 12's"
  fi
  echo "== Building and running all tests"
  configure build-test -Dwerror=true
  run build-test
fi
if want asan; then
  # Not -Dwerror: g++ 12 sees uninitialised members where its own instrumentation gets in its way.
  echo "== Building and running all tests under AddressSanitizer and UndefinedBehaviorSanitizer"
  # Optimising what UBSan adds takes as long as all else of compiling.
  # shellcheck disable=SC2086 # a list of words
  configure build-asan -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=0 $together
  run build-asan --timeout-multiplier 3
fi
if want tsan; then
  echo "== Building and running what has threads under ThreadSanitizer"
  # Where addresses are as random as newer kernels make them, GCC 12's finds no place for its own.
  if setarch -R true 2> /dev/null; then
    on="setarch -R"
  fi
  # shellcheck disable=SC2086 # a list of words
  configure build-tsan -Db_sanitize=thread -Db_lundef=false -Doptimization=1 $together
  # What GStreamer and libnice do among themselves is theirs. usrsctp never joins its threads.
  export TSAN_OPTIONS="ignore_noninstrumented_modules=1 report_thread_leaks=0 history_size=4"
  run build-tsan --timeout-multiplier 3 --suite unit --suite socketio --suite room --suite element
  unset TSAN_OPTIONS
  on=""
fi
if want trixie; then
  echo "== Building on Debian 13 and running the tests without browsers"
  wait "$trixie" || { cat "$trixie_log"; exit 1; }
  on="scripts/in-debian.sh trixie"
  configure build-trixie -Dwerror=true
  run build-trixie --suite unit --suite element --suite docs
  on=""
fi
if want fuzz; then
  echo "== Fuzzing what reads from the network"
  fuzz_log=$(mktemp)
  scripts/fuzz.sh 30 > "$fuzz_log" 2>&1 || true
  cat "$fuzz_log"
  counts=$(sed -n 's/^\([0-9]*\) fuzz targets passed, \([0-9]*\) failed$/\1 \2/p' "$fuzz_log")
  rm "$fuzz_log"
  # Without totals nothing could be built.
  counts=${counts:-0 1}
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
fi
if want_explicitly lint; then
  echo "== Linting"
  scripts/lint.sh
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
