# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the commands that people copy: check_commands.py FILE…

The shell runs every ```sh block of a Markdown file that has rtcmcroom in it, and every shell script, with a
gst-launch-1.0 that makes the pipeline with GStreamer's own parser and does not start it. So quoting, element names,
properties, and what links to what are checked, and no camera, network or room is needed. Elements that only
boards have are replaced by others without their properties.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BOARDS_ELEMENTS = {"libcamerasrc": "videotestsrc", "nvarguscamerasrc": "videotestsrc", "nvv4l2h264enc": "x264enc"}
BOARDS_MEMORY = "(memory:NVMM)"

ARGUMENTS = ["https://example.org:9001/", "garden"]


def commands_in(path):
    """What to give to the shell, with a name for each."""
    if path.suffix != ".md":
        yield str(path), [str(path), *ARGUMENTS]
        return
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if "rtcmcroom" in match[1]:
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 2}", ["-c", match[1]]


def check(paths):
    failures = count = 0
    with tempfile.TemporaryDirectory() as directory:
        launcher = Path(directory, "gst-launch-1.0")
        launcher.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{os.path.abspath(__file__)}' --make \"$@\"\n")
        launcher.chmod(0o755)
        Path(directory, "gst-inspect-1.0").symlink_to(shutil.which("gst-inspect-1.0"))
        for path in paths:
            for name, arguments in commands_in(Path(path)):
                count += 1
                run = subprocess.run(["/bin/sh", "-eu", *arguments], env={**os.environ, "PATH": directory},
                                     capture_output=True, text=True, check=False)
                if run.returncode != 0:
                    failures += 1
                    print(f"{name}:\n{run.stderr}")
    print(f"{count} commands, {failures} wrong")
    return 1 if failures or not count else 0


def make(arguments):
    """What gst-launch-1.0 does up to the state change."""
    import gi

    gi.require_version("Gst", "1.0")
    from gi.repository import Gst

    Gst.init(None)
    while arguments and arguments[0].startswith("-"):
        arguments = arguments[1:]
    arguments = list(without_boards(arguments))
    pipeline = Gst.parse_launchv(arguments)
    elements = elements_of(pipeline)
    rooms = [element for element in elements if element.get_factory().get_name() == "rtcmcroom"]
    problems = [problem for room in rooms for problem in problems_of(room, elements, arguments)]
    if not rooms:
        problems.append("there is no rtcmcroom")
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def without_boards(arguments):
    skips_properties = False
    for argument in arguments:
        if argument in BOARDS_ELEMENTS:
            yield BOARDS_ELEMENTS[argument]
        elif not skips_properties or "=" not in argument:
            yield argument.replace(BOARDS_MEMORY, "")
        skips_properties = argument in BOARDS_ELEMENTS or (skips_properties and "=" in argument)


def elements_of(pipeline):
    return pipeline.children if hasattr(pipeline, "children") else [pipeline]


def problems_of(room, elements, arguments):
    if not room.get_property("room-id"):
        yield "room-id is not set"
    if not room.pads and not room.get_property("auto-receive"):
        yield "nothing is linked to it"
    for pad in room.pads:
        if not pad.is_linked():
            yield f"{pad.get_name()} is not linked"
    # The parser keeps "video_0::screen=true" until there is such a child, without a word if there never is. Mixers have
    # pads with properties, too.
    for argument in arguments:
        if match := re.match(r"(\w+)::([\w-]+)=", argument):
            pads = [element.get_static_pad(match[1]) for element in elements]
            if not any(pad and pad.find_property(match[2]) for pad in pads):
                yield f"there is no {match[1]}::{match[2]}"


if __name__ == "__main__":
    sys.exit(make(sys.argv[2:]) if sys.argv[1] == "--make" else check(sys.argv[1:]))
