#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stays in a process that others have joined and left, or that was restarted, many times.

One process has a camera in a room and the room's server. Another one joins it with elements, so many at a time, each of
which leaves once it has seen something. Then the camera's element is stopped and started, with a viewer that comes each
time. Printed are memory (RSS), threads and file descriptors of the camera's process after the first tenth and at the end,
when all have left: whatever grows from one to the other is not given back.
"""

import argparse
import itertools
import os
import subprocess
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

PICTURE = "videotestsrc is-live=true ! video/x-raw,width=160,height=90,framerate=10/1"
# Viewers are not to connect with each other.
SESSION = "session=video+broadcast"
# A viewer that has not seen anything by then counts as one that did not.
PATIENCE = 60  # s
# In which threads end, and whoever is gone is missed.
SETTLE = 12  # s


class Camera:
    """The process that is looked at: on each line of its input it stops and starts the element."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/"
        self.process = subprocess.Popen([sys.executable, __file__, "--camera", str(port)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def restart(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def figures(self):
        """RSS in kB, threads, descriptors."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return (int(fields["VmRSS"].split()[0]), int(fields["Threads"]),
                len(os.listdir(f"/proc/{self.process.pid}/fd")))

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def run_camera(port):
    """The first line says that the element plays, each further one that it does again."""
    pipeline = Gst.parse_launch(f"{PICTURE} ! rtcmcroom room-id=soak {SESSION} listen-port={port} name=room")
    joined = []
    pipeline.get_by_name("room").connect("room-joined", lambda *_: joined.append(True))
    for _ in itertools.chain([None], sys.stdin):
        pipeline.set_state(Gst.State.NULL)
        joined.clear()
        pipeline.set_state(Gst.State.PLAYING)
        while not joined:
            GLib.usleep(2000)
        bus = pipeline.get_bus()
        while bus.pop():
            pass
        print("joined", flush=True)
    pipeline.set_state(Gst.State.NULL)


class Viewers:
    """Joins with `total` elements, `at_once` at a time; run() returns how many have seen something."""

    def __init__(self, url, total, at_once):
        self.url, self.total, self.at_once = url, total, at_once
        self.loop = GLib.MainLoop()
        self.begun = self.saw = 0
        self.live = {}

    def run(self):
        for _ in range(min(self.at_once, self.total)):
            self.begin()
        self.loop.run()
        return self.saw

    def begin(self):
        number = self.begun
        self.begun += 1
        viewer = Gst.parse_launch(
            f"rtcmcroom name=r room-id=soak {SESSION} socket-url={self.url} "
            "r.recv_video_0 ! application/x-rtp ! fakesink name=sink signal-handoffs=true async=false")
        self.live[number] = viewer
        viewer.get_by_name("sink").connect("handoff", lambda *_: GLib.idle_add(self.end, number, True))
        GLib.timeout_add_seconds(PATIENCE, self.end, number, False)
        viewer.set_state(Gst.State.PLAYING)

    def end(self, number, saw):
        viewer = self.live.pop(number, None)
        if viewer:
            viewer.set_state(Gst.State.NULL)
            self.saw += saw
            if self.begun < self.total:
                self.begin()
            elif not self.live:
                self.loop.quit()
        return GLib.SOURCE_REMOVE


def settled(camera):
    GLib.usleep(SETTLE * 1000000)
    return camera.figures()


def soak(what, camera, count, run):
    """`run(n)`: does it n times, and returns how often something was seen."""
    first = count // 10
    seen = run(first)
    before = settled(camera)
    seen += run(count - first)
    after = settled(camera)
    print(f"\n{what}: {count}, of which {seen} with a picture\n")
    print("| | After a tenth | At the end | Ratio |\n|---|---|---|---|")
    for name, early, late in zip(("Memory (RSS), kB", "Threads", "File descriptors"), before, after):
        print(f"| {name} | {early} | {late} | {late / early:.3f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--joins", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=300)
    parser.add_argument("--port", type=int, default=9777)
    parser.add_argument("--camera", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    Gst.init(None)
    if options.camera:
        run_camera(options.camera)
        return

    camera = Camera(options.port)

    def restart(times):
        seen = 0
        for _ in range(times):
            camera.restart()
            seen += Viewers(camera.url, 1, 1).run()
        return seen

    if options.joins:
        soak("Joins and leaves", camera, options.joins, lambda n: Viewers(camera.url, n, options.at_once).run())
    if options.restarts:
        soak("Restarts of the element", camera, options.restarts, restart)
    camera.end()


if __name__ == "__main__":
    main()
