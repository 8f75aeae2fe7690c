#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what the tests need on Debian 12 or 13 and runs all of them: those with browsers and of the programs as they are,
# those without browsers under ASan and UBSan, what has threads under ThreadSanitizer, those without browsers on Debian 13,
# and each fuzz target for 15 seconds. May be run again.
# "test.sh plain", "test.sh asan", "test.sh tsan", "test.sh trixie" or "test.sh fuzz" runs one part. By name only, since
# they take longest: "test.sh lint" (clang-format, clang-tidy), "test.sh packages" (scripts/check_packages.sh).
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

# What is put before a command of a part to have it run elsewhere: elsewhere PART
elsewhere() {
  case $1 in
  # Where addresses are as random as newer kernels make them, GCC 12's finds no place for its own.
  tsan) if setarch -R true 2> /dev/null; then echo "setarch -R"; fi ;;
  trixie) echo scripts/in-debian.sh trixie ;;
  esac
}

# Which tests a part runs, in the words of "meson test": suites PART
suites() {
  case $1 in
  # The others run under sanitizers and on Debian 13.
  plain) echo --no-suite unit --no-suite socketio --no-suite room --no-suite element ;;
  tsan) echo --suite threads --suite socketio --suite room --suite element ;;
  trixie) echo --suite unit --suite element --suite docs ;;
  esac
}

# Configures and compiles a part's directory: build PART DIRECTORY OPTION…
build() {
  part=$1
  on=$(elsewhere "$part")
  directory=$2
  shift 2
  # Lines are all that reports tell of; full debug information would double the time that compiling takes. GCC warns of
  # what is one file's own where several are compiled as one.
  [ -f "$directory/build.ninja" ] ||
    $on meson setup "$directory" -Dtests=enabled -Dtests-together=true -Ddebug=false -Dwerror=true \
      -Dcpp_args='-g1 -Wno-subobject-linkage' "$@"
  targets=
  # shellcheck disable=SC2046,SC2086 # lists of words
  case $part in
  # Others compile everything.
  plain | tsan) targets=$(scripts/test_targets.py "$directory" $(suites "$part")) ;;
  esac
  # shellcheck disable=SC2086 # a list of words
  nice -n 19 $on ninja -C "$directory" $targets
}

build_part() {
  # Several files at a time take less. That each one includes what it uses is seen by "test.sh lint".
  together="-Dunity=on -Dunity_size=24"
  # shellcheck disable=SC2086 # a list of words
  case $1 in
  plain) build plain build-test $together ;;
  # Optimising what UBSan adds takes as long as all else of compiling.
  asan) build asan build-asan -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=0 $together ;;
  # With what that adds, GCC takes values for uninitialised that are not.
  tsan) build tsan build-tsan -Db_sanitize=thread -Db_lundef=false -Doptimization=1 $together -Dwerror=false ;;
  trixie) wait "$trixie" && build trixie build-trixie -Doptimization=0 $together ;;
  fuzz) nice -n 19 scripts/fuzz.sh 0 ;;
  esac
}

# Compiles one part after the other and writes a line as soon as one can be run. Half of all time goes into compiling,
# while tests wait for most of theirs: at this priority it takes only what they leave.
build_parts() {
  trap : PIPE
  if want trixie; then
    # Most of it waits for the network and the disk.
    scripts/in-debian.sh trixie scripts/install-packages.sh unit > "$logs/install-trixie" 2>&1 &
    trixie=$!
  fi
  for part in plain asan tsan trixie fuzz; do
    want "$part" || continue
    status=0
    build_part "$part" > "$logs/$part" 2>&1 || status=$?
    echo "$status" 2> /dev/null || break
  done
  wait
}

# Waits until a part can be run: await PART
await() {
  read -r status || status=1
  if [ "$status" -ne 0 ]; then
    cat "$logs"/*"$1"
    exit 1
  fi
}

# Runs the tests of a part's directory and adds to the counts: run PART DIRECTORY ARGUMENT…
run() {
  on=$(elsewhere "$1")
  directory=$2
  shift 2
  before=$failed
  status=0
  $on meson test -C "$directory" --no-rebuild --print-errorlogs "$@" < /dev/null || status=$?
  counts=$(python3 scripts/count_tests.py "$directory/meson-logs/testlog.junit.xml")
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  # A program that was cut off has no failed test case to count.
  if [ "$status" -ne 0 ] && [ "$failed" -eq "$before" ]; then
    failed=$((failed + 1))
  fi
}

run_parts() {
  # One and a half for each processor: most wait for most of their time, under sanitizers, too.
  many="--num-processes $(($(nproc) * 3 / 2))"
  if want plain; then
    echo "== Building and running the tests with browsers, of the programs and the documents"
    await plain
    # shellcheck disable=SC2046,SC2086 # lists of words
    run plain build-test $many --no-suite alone $(suites plain)
  fi
  if want asan; then
    echo "== Building and running all tests under AddressSanitizer and UndefinedBehaviorSanitizer"
    await asan
    # shellcheck disable=SC2086 # a list of words
    run asan build-asan $many --timeout-multiplier 3
  fi
  if want tsan; then
    echo "== Building and running what has threads under ThreadSanitizer"
    await tsan
    # What GStreamer and libnice do among themselves is theirs. usrsctp never joins its threads.
    # Of memory that GLib's own allocator gives to one thread after another, it would not see the order.
    export G_SLICE=always-malloc
    export TSAN_OPTIONS="ignore_noninstrumented_modules=1 report_thread_leaks=0 history_size=4"
    # shellcheck disable=SC2046,SC2086 # lists of words
    run tsan build-tsan $many --timeout-multiplier 3 $(suites tsan)
    unset TSAN_OPTIONS G_SLICE
  fi
  if want trixie; then
    echo "== Building on Debian 13 and running the tests without browsers"
    await trixie
    # shellcheck disable=SC2046,SC2086 # lists of words
    run trixie build-trixie $many $(suites trixie)
  fi
  if want fuzz; then
    echo "== Fuzzing what reads from the network"
    await fuzz
    scripts/fuzz.sh 15 > "$logs/fuzz" 2>&1 < /dev/null || true
    cat "$logs/fuzz"
    counts=$(sed -n 's/^\([0-9]*\) fuzz targets passed, \([0-9]*\) failed$/\1 \2/p' "$logs/fuzz")
    # Without totals it was cut off.
    counts=${counts:-0 1}
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
  fi
  if want plain; then
    echo "== Running what wants the machine for itself"
    run plain build-test --suite alone
  fi
  if want_explicitly lint; then
    echo "== Linting"
    scripts/lint.sh
  fi
  if want_explicitly packages; then
    scripts/check_packages.sh
  fi

  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

scripts/install-packages.sh test
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
fi

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# Ends when both have: Debian 13 is there as a whole the next time, however early the tests end.
build_parts | run_parts
