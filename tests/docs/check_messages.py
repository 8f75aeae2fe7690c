# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that what README.md tells people to look for is what they see: check_messages.py README SOURCES…

Each message in the table of "When it does not work" must be in a string of the sources, part by part where a
name, a number or a reason is put in, or be one of GStreamer's own.
"""

import re
import sys
from pathlib import Path

# Of gst-launch-1.0, v4l2src and basesrc.
GSTREAMERS = {'no element "rtcmcroom"', "Cannot identify device '/dev/video0'", 'could not set property "…"',
              "not-negotiated"}

GAP = r'…|"|\d+|: '


def messages_in(readme):
    section = re.search(r"^## When it does not work\n(.*?)^## ", readme, re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    return [message for row in rows for message in re.findall(r"`([^`]*)`", row)]


def strings_in(folders):
    """The strings of all sources, those that are split over lines put together."""
    for folder in folders:
        for path in Path(folder).rglob("*.cpp"):
            text = path.read_text(encoding="utf-8")
            for match in re.finditer(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', text):
                literals = re.findall(r'"((?:[^"\\\n]|\\.)*)"', match[0])
                yield "".join(literals).replace('\\"', '"')


def main(readme, *folders):
    messages = messages_in(Path(readme).read_text(encoding="utf-8"))
    strings = list(strings_in(folders))
    wrong = [f"{readme}: nothing says {part!r}, of {message!r}"
             for message in messages if message not in GSTREAMERS
             for part in re.split(GAP, message) if part.strip() and not any(part in text for text in strings)]
    print(*wrong, f"{len(messages)} messages, {len(wrong)} wrong", sep="\n")
    return 1 if wrong or not messages else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
