#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sends a test picture into a room and says who comes and goes: join.py SERVER ROOM

Needs the Debian packages python3-gi and gir1.2-gstreamer-1.0.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402 (the version has to be said first)


# Signals come on the element's own thread. What touches the rest of a program belongs on the main loop (GLib.idle_add).
def on_room_joined(_room, created, room_id):
    print(f"{'opened' if created else 'joined'} the room {room_id}", flush=True)


def on_participant_joined(_room, user_id, extra):
    print(f"{user_id} came: {extra.to_string()}", flush=True)


def on_participant_left(_room, user_id):
    print(f"{user_id} left", flush=True)


def main(server, room_id):
    Gst.init(None)
    pipeline = Gst.parse_launch("videotestsrc is-live=true pattern=ball ! rtcmcroom name=room")
    room = pipeline.get_by_name("room")
    room.set_property("socket-url", server)
    room.set_property("room-id", room_id)
    room.connect("room-joined", on_room_joined)
    room.connect("participant-joined", on_participant_joined)
    room.connect("participant-left", on_participant_left)

    loop = GLib.MainLoop()
    failed = False

    def on_message(_bus, message):
        nonlocal failed
        if message.type == Gst.MessageType.ERROR:
            error, detail = message.parse_error()
            print(f"{error.message}\n{detail}", file=sys.stderr)
            failed = True
            loop.quit()
        elif message.type == Gst.MessageType.WARNING:
            print(message.parse_warning()[0].message, file=sys.stderr)
        elif message.type == Gst.MessageType.EOS:
            loop.quit()

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_message)
    pipeline.set_state(Gst.State.PLAYING)
    try:
        loop.run()
    except KeyboardInterrupt:
        pass
    pipeline.set_state(Gst.State.NULL)  # leaves the room
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
