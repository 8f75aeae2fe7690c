#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records every participant of a room to a Matroska file: record.py SERVER ROOM FOLDER

Nothing is decoded or encoded: what browsers send goes into the files as it is. Ctrl-C ends it and completes the files.
Needs the Debian packages python3-gi, gir1.2-gstreamer-1.0 and gstreamer1.0-plugins-good.
"""

import signal
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402 (the version has to be said first)

# What Matroska takes. The first caps of a pad's peer decide in which form rtcmcroom gives a stream: encoded, here.
CAPS = {"video": "video/x-vp8;video/x-vp9;video/x-h264", "audio": "audio/x-opus"}
PATIENCE = 5000  # ms


class Recording:
    """One participant's streams in a file. A file has all its streams from the beginning: what comes later goes into
    another one."""

    def __init__(self, pipeline, path):
        self.pipeline = pipeline
        self.path = path
        self.bin = Gst.parse_bin_from_description("matroskamux name=mux ! filesink name=file", False)
        self.bin.get_by_name("file").set_property("location", str(path))
        self.waiting = {}  # by stream id and kind
        self.has_begun = False

    def expect(self, stream_id, kind):
        entry = Gst.parse_bin_from_description(
            f"queue max-size-time=0 max-size-buffers=0 max-size-bytes=50000000 ! capsfilter caps={CAPS[kind]}", True)
        self.bin.add(entry)
        entry.link(self.bin.get_by_name("mux"))
        pad = Gst.GhostPad.new(None, entry.get_static_pad("sink"))
        pad.set_active(True)
        self.bin.add_pad(pad)
        self.waiting[stream_id, kind] = pad

    def take(self, pad, stream_id, kind):
        if not self.has_begun:
            self.has_begun = True
            self.pipeline.add(self.bin)
            self.bin.sync_state_with_parent()
            print(f"records {self.path}", flush=True)
        pad.link(self.waiting.pop((stream_id, kind)))


class Recorder:
    """Its methods are called on the element's thread."""

    def __init__(self, pipeline, folder):
        self.pipeline = pipeline
        self.folder = folder
        self.recordings = {}  # the latest of each participant
        self.count = 0

    def on_stream_added(self, _room, user_id, stream_id, kind):
        recording = self.recordings.get(user_id)
        if not recording or recording.has_begun:
            self.count += 1
            # The userid is a stranger's: only a part of it goes into a file's name.
            user = "".join(char for char in user_id if char.isalnum())[:20]
            recording = Recording(self.pipeline, Path(self.folder, f"{self.count:03}-{user}.mkv"))
            self.recordings[user_id] = recording
        recording.expect(stream_id, kind)

    def on_pad_added(self, _room, pad):
        kind = "video" if pad.get_name().startswith("remote_video") else "audio"
        self.recordings[pad.get_property("user-id")].take(pad, pad.get_property("stream-id"), kind)

    def on_participant_left(self, _room, user_id):
        self.recordings.pop(user_id, None)


def main(server, room_id, folder):
    Gst.init(None)
    Path(folder).mkdir(parents=True, exist_ok=True)
    pipeline = Gst.Pipeline()
    room = Gst.ElementFactory.make("rtcmcroom")
    if not room:
        print("GStreamer does not find rtcmcroom. Name the plugin's folder in GST_PLUGIN_PATH.", file=sys.stderr)
        return 1
    pipeline.add(room)
    room.set_property("socket-url", server)
    room.set_property("room-id", room_id)
    room.set_property("auto-receive", True)
    recorder = Recorder(pipeline, folder)
    room.connect("stream-added", recorder.on_stream_added)
    room.connect("pad-added", recorder.on_pad_added)
    room.connect("participant-left", recorder.on_participant_left)

    loop = GLib.MainLoop()
    failed = False

    def on_bus_message(_bus, message):
        nonlocal failed
        if message.type == Gst.MessageType.ERROR:
            print(message.parse_error()[0].message, file=sys.stderr)
            failed = True
            loop.quit()
        elif message.type == Gst.MessageType.EOS:
            loop.quit()

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_bus_message)

    def on_interrupt():
        pipeline.send_event(Gst.Event.new_eos())  # files are complete when it has arrived
        GLib.timeout_add(PATIENCE, loop.quit)
        return GLib.SOURCE_REMOVE

    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, on_interrupt)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, on_interrupt)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
