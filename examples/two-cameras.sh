#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sends two cameras into one room as two streams: two-cameras.sh SERVER ROOM
set -eu

# The stream ids are what a web page knows the two by (event.streamid in connection.onstream).
exec gst-launch-1.0 -e \
  rtcmcroom name=room socket-url="$1" room-id="$2" video_0::stream-id=front video_1::stream-id=back \
  v4l2src device=/dev/video0 ! video/x-raw,width=640,height=480 ! videoconvert ! queue ! room.video_0 \
  v4l2src device=/dev/video2 ! video/x-raw,width=640,height=480 ! videoconvert ! queue ! room.video_1
