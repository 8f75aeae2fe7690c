#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sends a camera into a room: camera.sh SERVER ROOM, for example camera.sh https://example.org:9001/ garden
set -eu

# The default is /dev/video0; "v4l2-ctl --list-devices" shows all. The caps choose a size that every camera gives at full
# rate. Larger ones often come as JPEG only: image/jpeg,width=1280,height=720 ! jpegdec
exec gst-launch-1.0 -e \
  v4l2src ! video/x-raw,width=640,height=480 ! videoconvert ! \
  rtcmcroom socket-url="$1" room-id="$2"
