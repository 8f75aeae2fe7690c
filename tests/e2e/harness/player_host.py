#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays a URI as players do, and says what a person in front of it would see and hear.

Arguments: the player's factory (playbin3, playbin), the URI. Input: one command a line, as JSON:

    {"select": ["anna/camera/video"]}    chooses streams
    {"end": true}                        asks for the end of the stream

Output, one line each: {"picture": [[red, green, blue], …]}, now and then: from left to right, the colours in the middle
of each quarter; {"tone": Hz} of each half second; {"streams": [{"id": …, "title": …}, …]} that may be chosen;
{"selected": [id, …]}; {"state": "playing"}; {"error": text} and {"eos": true}. The end of the input ends the player.
"""

import array
import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

RATE = 48000
WINDOW = RATE // 2
EACH = 5  # of so many pictures, one is looked at
VIDEO = "videoconvert ! video/x-raw,format=RGB ! appsink name=sink emit-signals=true"
AUDIO = (
    "audioconvert ! audioresample ! "
    f"audio/x-raw,format=S16LE,channels=1,rate={RATE} ! appsink name=sink emit-signals=true"
)

output_lock = threading.Lock()


def say(**fields):
    with output_lock:
        print(json.dumps(fields), flush=True)


def make_sink(description, take):
    sink = Gst.parse_bin_from_description(description, True)
    sink.get_by_name("sink").connect("new-sample", lambda appsink: take(appsink.emit("pull-sample")) or Gst.FlowReturn.OK)
    return sink


class Viewer:
    """Looks at pictures. Called on the sink's streaming thread."""

    def __init__(self):
        self.pictures = 0

    def take(self, sample):
        self.pictures += 1
        if self.pictures % EACH != 0:
            return
        size = sample.get_caps().get_structure(0)
        width, height = size.get_value("width"), size.get_value("height")
        row = (width * 3 + 3) // 4 * 4 * (height * 3 // 10)
        pixels = sample.get_buffer().extract_dup(row, width * 3)
        middles = [(2 * quarter + 1) * width // 8 * 3 for quarter in range(4)]
        say(picture=[list(pixels[middle : middle + 3]) for middle in middles])


class Listener:
    """Counts how often the sound changes its sign. Called on the sink's streaming thread."""

    def __init__(self):
        self.samples = array.array("h")

    def take(self, sample):
        buffer = sample.get_buffer()
        self.samples.frombytes(buffer.extract_dup(0, buffer.get_size()))
        while len(self.samples) >= WINDOW:
            window, self.samples = self.samples[:WINDOW], self.samples[WINDOW:]
            rises = sum(1 for before, after in zip(window, window[1:]) if before < 0 <= after)
            say(tone=rises * RATE // WINDOW)


class Player:
    def __init__(self, factory, uri):
        self.source = None
        self.playbin = Gst.ElementFactory.make(factory)
        self.playbin.set_property("uri", uri)
        self.playbin.set_property("video-sink", make_sink(VIDEO, Viewer().take))
        self.playbin.set_property("audio-sink", make_sink(AUDIO, Listener().take))
        self.playbin.connect("source-setup", self.on_source)

    def on_source(self, _playbin, source):
        self.source = source

    def watch_bus(self):
        bus = self.playbin.get_bus()
        while True:
            message = bus.timed_pop(Gst.CLOCK_TIME_NONE)
            if message.type == Gst.MessageType.ERROR:
                say(error=message.parse_error()[0].message)
            elif message.type == Gst.MessageType.EOS:
                say(eos=True)
            elif message.type == Gst.MessageType.STATE_CHANGED and message.src == self.playbin:
                say(state=message.parse_state_changed()[1].value_nick)
            elif message.src == self.source and message.type == Gst.MessageType.STREAM_COLLECTION:
                all_streams = message.parse_stream_collection()
                streams = [all_streams.get_stream(index) for index in range(all_streams.get_size())]
                say(streams=[{"id": one.get_stream_id(), "title": one.get_tags().get_string("title")[1]} for one in streams])
            elif message.src == self.source and message.type == Gst.MessageType.STREAMS_SELECTED:
                count = message.streams_selected_get_size()
                say(selected=[message.streams_selected_get_stream(index).get_stream_id() for index in range(count)])

    def run(self, command):
        if "select" in command:
            self.playbin.send_event(Gst.Event.new_select_streams(command["select"]))
        elif "end" in command:
            self.playbin.send_event(Gst.Event.new_eos())

    def serve(self):
        threading.Thread(target=self.watch_bus, daemon=True).start()
        self.playbin.set_state(Gst.State.PLAYING)
        for line in sys.stdin:
            self.run(json.loads(line))


def main():
    Gst.init(None)
    player = Player(*sys.argv[1:3])
    try:
        player.serve()
    except KeyboardInterrupt:
        pass
    finally:
        player.playbin.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
