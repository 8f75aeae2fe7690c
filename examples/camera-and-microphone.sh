#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sends a camera and a microphone into a room: camera-and-microphone.sh SERVER ROOM
set -eu

# video_0 and audio_0 share their stream id, so that browsers get one stream with both. The queues give each its own
# thread.
exec gst-launch-1.0 -e \
  rtcmcroom name=room socket-url="$1" room-id="$2" \
  v4l2src ! video/x-raw,width=640,height=480 ! videoconvert ! queue ! room. \
  autoaudiosrc ! audioconvert ! queue ! room.
