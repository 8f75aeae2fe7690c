#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A robot's eyes, ears and voice: sends its camera and microphone into a room and plays what the first who speaks says:
# talk-back.sh SERVER ROOM
set -eu

# The sound that is received is not sent back: a microphone near the loudspeaker needs echo cancellation, which
# "webrtcdsp" and "webrtcechoprobe" of gstreamer1.0-plugins-bad do.
exec gst-launch-1.0 -e \
  rtcmcroom name=room socket-url="$1" room-id="$2" \
  v4l2src ! video/x-raw,width=640,height=480 ! videoconvert ! queue ! room. \
  autoaudiosrc ! audioconvert ! queue ! room. \
  room.recv_audio_0 ! audioconvert ! audioresample ! autoaudiosink
