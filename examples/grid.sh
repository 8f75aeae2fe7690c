#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes one picture of four participants and sends it back into the room, for those who can show only one:
# grid.sh SERVER ROOM
set -eu

# fill=true shows black where nobody is, so that the mixer never waits. Each picture is made a quarter of the whole.
quarter="videoconvert ! videoscale add-borders=true ! videorate ! video/x-raw,width=640,height=360,pixel-aspect-ratio=1/1,framerate=15/1 ! queue"
# shellcheck disable=SC2086 # a part of a pipeline is several words
exec gst-launch-1.0 -e \
  rtcmcroom name=room socket-url="$1" room-id="$2" \
    recv_video_0::fill=true recv_video_1::fill=true recv_video_2::fill=true recv_video_3::fill=true \
  compositor name=grid background=black \
    sink_1::xpos=640 sink_2::ypos=360 sink_3::xpos=640 sink_3::ypos=360 \
  grid. ! video/x-raw,width=1280,height=720,framerate=15/1 ! videoconvert ! queue ! room.video_0 \
  room.recv_video_0 ! $quarter ! grid.sink_0 \
  room.recv_video_1 ! $quarter ! grid.sink_1 \
  room.recv_video_2 ! $quarter ! grid.sink_2 \
  room.recv_video_3 ! $quarter ! grid.sink_3
