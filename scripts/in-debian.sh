#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a command in this source tree on another release of Debian: "in-debian.sh trixie scripts/install-packages.sh".
# The release is installed below build-debian/ the first time, from the mirror that this machine's apt uses;
# "in-debian.sh trixie-bare" installs it anew each time. Needs to be root (or sudo), and the package debootstrap.
set -eu
cd "$(dirname "$0")/.."
name=$1
shift
tree=$(pwd)
root=$tree/build-debian/$name
release=${name%-bare}

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
fi

if [ "$name" != "$release" ]; then
  $as_root rm -rf "$root"
fi
if [ ! -d "$root" ]; then
  own_release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' "Release: $own_release" |
    head -n 1)
  echo "== Installing Debian $release in build-debian/"
  mkdir -p build-debian
  # One that was cut off is not mistaken for a whole one.
  $as_root rm -rf "$root.part"
  $as_root debootstrap --variant=minbase "$release" "$root.part" "${mirror:-https://deb.debian.org/debian}" \
    > "$root.log" 2>&1 || { cat "$root.log"; exit 1; }
  # Nobody misses what a power cut takes of it.
  echo force-unsafe-io | $as_root tee "$root.part/etc/dpkg/dpkg.cfg.d/unsafe-io" > /dev/null
  $as_root mv "$root.part" "$root"
fi

# The mounts are seen by nobody else and end with the command, and so does all that it has started.
# shellcheck disable=SC2016 # expanded by the inner shell
exec $as_root unshare --mount --pid --fork --kill-child sh -euc '
  root=$1 tree=$2
  shift 2
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mkdir -p "$root$tree"
  mount --bind "$tree" "$root$tree"
  for file in hosts resolv.conf; do
    [ ! -f "/etc/$file" ] || cat "/etc/$file" > "$root/etc/$file"
  done
  exec chroot "$root" env --chdir="$tree" "$@"
' sh "$root" "$tree" "$@"
