#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what rtcmcroom does: builds it and sends a test picture and a tone into the room "garden", which the element
# serves itself. Needs nothing but Debian 12 or 13, and may be run again. Arguments go to rtcmcroom, for example
# listen-port=9002.
set -eu
cd "$(dirname "$0")/.."

scripts/install-packages.sh
echo "== Building rtcmc in build/"
[ -f build/build.ninja ] || meson setup build -Dtests=disabled > /dev/null
meson compile -C build gstrtcmc > build/demo.log 2>&1 || { cat build/demo.log; exit 1; }

echo "== Sending a test picture and a tone; Ctrl-C ends it. The address to open in a browser follows:"
exec meson devenv -C build gst-launch-1.0 -e \
  videotestsrc is-live=true ! video/x-raw,width=1280,height=720,framerate=30/1 ! queue ! room. \
  audiotestsrc is-live=true wave=ticks ! queue ! room. \
  rtcmcroom name=room room-id=garden "$@"
