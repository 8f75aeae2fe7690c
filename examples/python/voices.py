#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logs who speaks in a room: voices.py SERVER ROOM

One line when a participant begins to speak, one when it has been silent for a while. Needs the Debian packages
python3-gi, gir1.2-gstreamer-1.0 and gstreamer1.0-plugins-good.
"""

import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402 (the version has to be said first)

SPEAKS_ABOVE = -40.0  # dB
SILENT_AFTER = 1.0  # seconds


class Voice:
    """One participant's sound."""

    def __init__(self, user_id):
        self.user_id = user_id
        self.speaks = False
        self.heard_at = 0.0

    def on_level(self, decibels):
        now = time.monotonic()
        if decibels > SPEAKS_ABOVE:
            self.heard_at = now
        speaks = now - self.heard_at < SILENT_AFTER and self.heard_at > 0
        if speaks != self.speaks:
            self.speaks = speaks
            print(f"{time.strftime('%H:%M:%S')} {self.user_id} {'speaks' if speaks else 'is silent'}", flush=True)


def main(server, room_id):
    Gst.init(None)
    pipeline = Gst.Pipeline()
    room = Gst.ElementFactory.make("rtcmcroom")
    if not room:
        print("GStreamer does not find rtcmcroom. Name the plugin's folder in GST_PLUGIN_PATH.", file=sys.stderr)
        return 1
    pipeline.add(room)
    room.set_property("socket-url", server)
    room.set_property("room-id", room_id)
    room.set_property("auto-receive", True)
    voices = {}  # by the name of the level element
    branches = {}  # by pad

    def on_pad_added(_room, pad):
        # A pad that is not linked costs next to nothing: pictures are not decoded.
        if not pad.get_name().startswith("remote_audio"):
            return
        branch = Gst.parse_bin_from_description("audioconvert ! level name=level interval=100000000 ! fakesink", True)
        pipeline.add(branch)
        branches[pad] = branch
        level = branch.get_by_name("level")
        level.set_name(f"level-of-{pad.get_name()}")
        voices[level.get_name()] = Voice(pad.get_property("user-id"))
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))

    def on_pad_removed(_room, pad):
        branch = branches.pop(pad, None)
        if branch:
            branch.set_state(Gst.State.NULL)
            pipeline.remove(branch)

    room.connect("pad-added", on_pad_added)
    room.connect("pad-removed", on_pad_removed)

    loop = GLib.MainLoop()
    failed = False

    def on_bus_message(_bus, message):
        nonlocal failed
        if message.type == Gst.MessageType.ERROR:
            print(message.parse_error()[0].message, file=sys.stderr)
            failed = True
            loop.quit()
        elif message.type == Gst.MessageType.ELEMENT and message.src.get_name() in voices:
            voices[message.src.get_name()].on_level(max(message.get_structure().get_value("rms")))

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_bus_message)
    pipeline.set_state(Gst.State.PLAYING)
    try:
        loop.run()
    except KeyboardInterrupt:
        pass
    pipeline.set_state(Gst.State.NULL)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
