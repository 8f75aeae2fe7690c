#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a pipeline with rtcmcroom as an application does that sets properties and calls actions while it runs.

Arguments: the pipeline in gst-launch's words; the element is the one named "r". Input: one command a line, as JSON:

    {"id": 1, "set": {"muted": true}, "pad": "video_0"}   properties of the element, or of that pad of it
    {"id": 2, "get": "participants"}                      "pad" as above
    {"id": 3, "emit": "leave", "args": []}                an action: see argument_of() for what stands for what
    {"id": 4, "answer": {"participant-request": false}}   what signals with a return value return from now on
    {"id": 5, "feed": "videotestsrc", "pad": "video_1"}   requests the pad, and links this to it
    {"id": 6, "release": "video_1"}                       gives the pad back, and ends what was linked to it
    {"id": 7, "heap": true}                               how much memory is in use, in bytes
    {"id": 8, "end": true}                                ends all sources, as files end

Output, one line each: {"reply": id, "value": …} or {"reply": id, "error": text}; {"signal": name, "args": […]} for every
signal of the element; {"notify": property, "value": …} for every change of one; {"message": structure} for every element
message of it; {"navigation": fields} for every GstNavigation event that reaches what is upstream of it; {"error": text},
{"warning": text} and {"eos": true}. A structure is text as gst-launch writes it, bytes are base64. The end of the input
ends the pipeline.
"""

import base64
import ctypes
import json
import sys
import threading
import traceback

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, GObject, Gst  # noqa: E402

output_lock = threading.Lock()


def say(**fields):
    with output_lock:
        print(json.dumps(fields), flush=True)


class MallocInfo(ctypes.Structure):
    """struct mallinfo2 of glibc."""

    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks",
                                                     "fsmblks", "uordblks", "fordblks", "keepcost")]


def heap_in_use():
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = MallocInfo
    info = ask()
    return info.uordblks + info.hblkhd


def structure_of(fields):
    structure = Gst.Structure.new_empty("fields")
    for name, value in fields.items():
        structure.set_value(name, structure_of(value) if isinstance(value, dict) else value)
    return structure


def argument_of(value, gtype):
    """An object is a structure, base64 stands for GBytes; the argument for a GstPromise is left out."""
    if gtype.is_a(Gst.Structure.__gtype__) and isinstance(value, dict):
        return structure_of(value)
    if gtype.is_a(GLib.Bytes.__gtype__) and value is not None:
        return GLib.Bytes.new(base64.b64decode(value))
    return value


def json_of(value):
    if isinstance(value, GObject.GEnum):
        return value.value_nick
    if isinstance(value, Gst.Structure):
        return value.to_string()
    if isinstance(value, GLib.Bytes):
        return base64.b64encode(value.get_data() or b"").decode()
    if isinstance(value, GObject.Object):
        return value.get_name() if isinstance(value, Gst.Object) else str(value)
    return value


class Host:
    def __init__(self, description):
        parsed = Gst.parse_launch(description)
        if isinstance(parsed, Gst.Pipeline):
            self.pipeline = parsed
        else:  # one element alone
            self.pipeline = Gst.Pipeline()
            self.pipeline.add(parsed)
        self.element = self.pipeline.get_by_name("r")
        self.answers = {}
        self.feeds = {}
        for name in GObject.signal_list_names(self.element.__gtype__):
            query = GObject.signal_query(name, self.element.__gtype__)
            if not query.signal_flags & GObject.SignalFlags.ACTION:
                self.element.connect(name, self.on_signal, name)
        self.element.connect("notify", self.on_notify)
        for pad in self.element.sinkpads:
            pad.get_peer().add_probe(Gst.PadProbeType.EVENT_UPSTREAM, self.on_upstream_event)

    def on_upstream_event(self, _pad, info):
        event = info.get_event()
        if event.type == Gst.EventType.NAVIGATION:
            structure = event.get_structure()
            names = [structure.nth_field_name(index) for index in range(structure.n_fields())]
            say(navigation={name: structure.get_value(name) for name in names if name != "state"})
        return Gst.PadProbeReturn.OK

    def on_signal(self, _element, *arguments):
        *values, name = arguments
        say(signal=name, args=[json_of(value) for value in values])
        return self.answers.get(name, True)

    def on_notify(self, element, spec):
        if spec.owner_type == element.__gtype__:
            say(notify=spec.name, value=json_of(element.get_property(spec.name)))

    def watch_bus(self):
        wanted = Gst.MessageType.ELEMENT | Gst.MessageType.ERROR | Gst.MessageType.WARNING | Gst.MessageType.EOS
        bus = self.pipeline.get_bus()
        while True:
            message = bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, wanted)
            if message.type == Gst.MessageType.ERROR:
                say(error=message.parse_error()[0].message)
            elif message.type == Gst.MessageType.WARNING:
                say(warning=message.parse_warning()[0].message)
            elif message.type == Gst.MessageType.EOS:
                say(eos=True)
            elif message.src == self.element:
                say(message=message.get_structure().to_string())

    def target(self, command):
        return self.element.get_static_pad(command["pad"]) if "pad" in command else self.element

    def set(self, target, name, value):
        if isinstance(value, str):
            Gst.util_set_object_arg(target, name, value)
        else:
            target.set_property(name, argument_of(value, target.find_property(name).value_type))

    def emit(self, name, values):
        query = GObject.signal_query(name, self.element.__gtype__)
        if query is None:
            raise ValueError(f"the element has no action {name}")
        types = query.param_types
        values = [argument_of(value, gtype) for value, gtype in zip(values, types)]
        if len(values) == len(types):
            return json_of(self.element.emit(name, *values))
        promise = Gst.Promise.new()
        self.element.emit(name, *values, promise)
        promise.wait()
        return json_of(promise.get_reply())

    def feed(self, description, pad_name, settings):
        source = Gst.parse_bin_from_description(description, True)
        self.feeds[pad_name] = source
        self.pipeline.add(source)
        pad = self.element.request_pad_simple(pad_name)
        for name, value in settings.items():
            self.set(pad, name, value)
        source.get_static_pad("src").link(pad)
        source.sync_state_with_parent()

    def release(self, pad_name):
        pad = self.element.get_static_pad(pad_name)
        source = self.feeds.pop(pad_name)
        source.set_state(Gst.State.NULL)
        source.get_static_pad("src").unlink(pad)
        self.pipeline.remove(source)
        self.element.release_request_pad(pad)

    def run(self, command):
        if "emit" in command:
            return self.emit(command["emit"], command.get("args", []))
        if "get" in command:
            return json_of(self.target(command).get_property(command["get"]))
        if "feed" in command:
            return self.feed(command["feed"], command["pad"], command["settings"])
        if "release" in command:
            return self.release(command["release"])
        if "heap" in command:
            return heap_in_use()
        if "end" in command:
            return self.pipeline.send_event(Gst.Event.new_eos())
        for name, value in command.get("set", {}).items():
            self.set(self.target(command), name, value)
        self.answers.update(command.get("answer", {}))
        return None

    def serve(self):
        threading.Thread(target=self.watch_bus, daemon=True).start()
        self.pipeline.set_state(Gst.State.PLAYING)
        for line in sys.stdin:
            command = json.loads(line)
            try:
                say(reply=command["id"], value=self.run(command))
            except Exception as error:  # pylint: disable=broad-exception-caught # whatever it is, the test shall see it
                traceback.print_exc()
                say(reply=command["id"], error=str(error))


def main():
    Gst.init(None)
    host = Host(" ".join(sys.argv[1:]))
    try:
        host.serve()
    except KeyboardInterrupt:
        pass
    finally:
        host.pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
