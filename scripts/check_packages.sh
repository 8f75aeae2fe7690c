#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the Debian packages twice on Debian 12 and 13, from what `meson dist` makes of the last commit: they must be the
# same, and lintian content. Then installs them on each release with nothing else, and runs debian/tests there. They are
# in build-debian/packages afterwards. "check_packages.sh trixie" does that on one release. What is archived must also be
# of use as a subproject.
set -eu
cd "$(dirname "$0")/.."
packages=build-debian/packages

archive() {
  [ -f build-debian/dist/build.ninja ] || meson setup build-debian/dist -Dtests=disabled > /dev/null
  # Packages are built of it instead.
  meson dist -C build-debian/dist --no-tests --formats xztar > /dev/null
  echo build-debian/dist/meson-dist/*.tar.xz
}

# Another project has it as one, and does not get its tests.
check_subproject() {
  around=build-debian/around
  rm -rf "$around"
  mkdir -p "$around/subprojects/rtcmc"
  tar --extract --xz --file "$archive" --directory "$around/subprojects/rtcmc" --strip-components 1
  printf "project('around', 'c')\nsubproject('rtcmc')\n" > "$around/meson.build"
  meson setup "$around/build" "$around" > /dev/null
  meson introspect "$around/build" --targets > "$around/targets"
  grep --quiet libgstrtcmc.so "$around/targets"
  if grep --only-matching '"name": "test-[^"]*"' "$around/targets"; then
    exit 1
  fi
}

# build RELEASE FOLDER UMASK TIMEZONE
build() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  scripts/in-debian.sh "$1" unshare --net sh -euc '
    umask "$3"
    rm -rf "$2"
    mkdir -p "$2/source"
    tar --extract --xz --file "$1" --directory "$2/source" --strip-components 1
    cd "$2/source"
    TZ=$4 nice -n 19 dpkg-buildpackage --build=binary --no-sign > ../log 2>&1 || { tail -n 40 ../log; exit 1; }
    cd ..
    sha256sum -- *.deb > sums
  ' sh "$archive" "$2" "$3" "$4"
}

# check RELEASE
check() {
  folder=$packages/$1
  echo "== Building the packages on $1"
  # shellcheck disable=SC2016
  scripts/in-debian.sh "$1" sh -euc '
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet --quiet
    apt-get install --yes --quiet --quiet --no-install-recommends dpkg-dev lintian > /dev/null
    apt-get build-dep --yes --quiet --quiet --no-install-recommends . > /dev/null'
  build "$1" "$folder" 022 UTC
  # shellcheck disable=SC2016
  scripts/in-debian.sh "$1" sh -euc 'lintian --allow-root --fail-on error,warning "$1"/*.changes' sh "$folder"

  echo "== Building them once more: elsewhere, for others to write, in another time zone"
  build "$1" "$packages/again-$1" 002 Asia/Tokyo
  diff "$folder/sums" "$packages/again-$1/sums"

  echo "== Installing them on a bare $1"
  # shellcheck disable=SC2016
  scripts/in-debian.sh "$1-bare" sh -euc '
    export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
    apt-get update --quiet --quiet
    apt-get install --yes --quiet --quiet --no-install-recommends gstreamer1.0-tools \
      ./"$1"/gstreamer1.0-rtcmc_*.deb ./"$1"/rtcmc-server_*.deb ./"$1"/rtcmc-examples_*.deb > /dev/null
    for test in room server half-installed; do
      echo "== $test"
      debian/tests/$test
    done
    dpkg --purge rtcmc-server > /dev/null 2>&1
    [ ! -e /etc/rtcmc-server.conf ]
  ' sh "$folder"
}

archive=$(archive)
check_subproject
for release in ${1:-bookworm trixie}; do
  check "$release"
done
