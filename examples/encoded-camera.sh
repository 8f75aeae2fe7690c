#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sends a camera that makes H.264 itself into a room, without encoding again: encoded-camera.sh SERVER ROOM
set -eu

# Browsers want no B-frames. Who comes in sees nothing before the camera's next keyframe: let it make one each second or
# two ("v4l2-ctl --list-ctrls" shows what can be set).
exec gst-launch-1.0 -e \
  v4l2src ! video/x-h264,width=1280,height=720 ! \
  rtcmcroom socket-url="$1" room-id="$2"
