#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# clang-format and clang-tidy on every C++ file; both must have nothing to say.
set -eu
cd "$(dirname "$0")/.."

git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
[ -f build-tidy/build.ninja ] ||
  CC=clang CXX=clang++ meson setup build-tidy -Dtests=enabled -Dfuzz=enabled -Dwerror=true > /dev/null
# The generated header must exist.
ninja -C build-tidy web/rtcmc-web.h > /dev/null
git ls-files '*.cpp' | xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build-tidy 2> /dev/null
echo "clang-format and clang-tidy have nothing to say"
