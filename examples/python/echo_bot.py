#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers in a room's chat: echo_bot.py SERVER ROOM

Says everything back to who said it, and gives objects and files back, too. Needs the Debian packages python3-gi and
gir1.2-gstreamer-1.0.
"""

import sys
import tempfile
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402 (the version has to be said first)


# Signals come on the element's own thread, where its actions may be called. A handler that takes long belongs elsewhere.
def on_channel_open(room, user_id):
    room.emit("send-message", user_id, "Hello! I say everything back.")


def on_message(room, user_id, text, is_object):
    print(f"{user_id}: {text}", flush=True)
    if is_object:
        room.emit("send-object", user_id, text)
    else:
        room.emit("send-message", user_id, f"You said: {text}")


def on_file_received(room, user_id, name, kind, data):
    print(f"{user_id} sent {name}, {kind}, {data.get_size()} bytes", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data.get_data() or b"")
        room.emit("send-file", user_id, str(path))  # has read it when it returns


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
    room.connect("channel-open", on_channel_open)
    room.connect("message", on_message)
    room.connect("file-received", on_file_received)

    loop = GLib.MainLoop()
    failed = False

    def on_bus_message(_bus, message):
        nonlocal failed
        if message.type == Gst.MessageType.ERROR:
            print(message.parse_error()[0].message, file=sys.stderr)
            failed = True
            loop.quit()
        elif message.type == Gst.MessageType.WARNING:
            print(message.parse_warning()[0].message, file=sys.stderr)

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_bus_message)
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
