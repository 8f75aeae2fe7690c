#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs the Debian packages that rtcmc needs: "install-packages.sh" for building and running it,
# "install-packages.sh unit" for the tests without browsers as well, "install-packages.sh test" for all. Does nothing if
# all are there.
set -eu
wanted=${1:-run}

packages="
  g++ meson ninja-build pkg-config
  libglib2.0-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev
  libsoup-3.0-dev libjson-glib-dev libnice-dev libsrtp2-dev glib-networking
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly gstreamer1.0-nice"
if [ "$wanted" = unit ] || [ "$wanted" = test ]; then
  packages="$packages
  ccache libgtest-dev gstreamer1.0-libav openssl python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-rtsp-server-1.0"
  # Whoever has a newer Node.js than Debian's keeps it.
  command -v node > /dev/null || packages="$packages nodejs"
fi
if [ "$wanted" = test ]; then
  packages="$packages
  clang libclang-rt-dev clang-format clang-tidy chromium-headless-shell coturn debootstrap firefox-esr
  libssl-dev mkdocs"
  command -v npm > /dev/null || packages="$packages npm"
fi

missing=""
for package in $packages; do
  dpkg-query --show --showformat='${Status}' "$package" 2> /dev/null | grep -q '^install ok installed$' ||
    missing="$missing $package"
done
if [ -z "$missing" ]; then
  exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  # Debian's installer leaves sudo out where root has a password.
  if ! command -v sudo > /dev/null; then
    echo "To install packages there has to be sudo, which is not installed. As root, run: $(readlink -f "$0") $wanted" >&2
    echo "After that, run what you have just run again." >&2
    exit 1
  fi
fi
echo "== Installing Debian packages:$missing"
# Tests start a TURN server of their own: none is to begin with the machine.
case $missing in
*" coturn"*) [ ! -d /run/systemd/system ] || $as_root systemctl mask --quiet coturn ;;
esac
$as_root apt-get update --quiet --quiet
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends $missing > /dev/null
