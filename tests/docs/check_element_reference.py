# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares docs/element.md with what gst-inspect-1.0 says: check_element_reference.py DOCUMENT [ELEMENT].

Every property, signal and pad template of the element itself must be in the document's tables with the same type,
default and arguments, and nothing else may be.
"""

import re
import subprocess
import sys
from pathlib import Path

TYPE_WORDS = {"String": "string", "Boolean": "boolean", "Enum": "enum", "Flags": "flags"}


def inspect(element):
    return subprocess.run(["gst-inspect-1.0", element], check=True, capture_output=True, text=True).stdout


def block(text, title):
    """The lines below a title, up to the next one. Below a property that is a structure there is an empty line."""
    match = re.search(rf"^{title}:\n((?:(?: .*)?\n)*)", text, re.MULTILINE)
    return match.group(1) if match else ""


def inspected_properties(text, indent):
    """By name: type, default, when it may be set, and the values of an enum or flags."""
    properties = {}
    for entry in re.split(rf"^ {{{indent}}}(?=\S)", text, flags=re.MULTILINE)[1:]:
        name = entry.split(":")[0].strip()
        flags = re.search(r"flags: (.*)", entry).group(1)
        properties[name] = (inspected_type(entry), inspected_default(entry), writable_in(flags),
                            set(re.findall(r"^ +\(\w+\): (\S+)", entry, re.MULTILINE)))
    return properties


def inspected_type(entry):
    if match := re.search(r"Unsigned Integer. Range: (\d+) - (\d+)", entry):
        return f"uint {match[1]}–{match[2]}"
    if match := re.search(r"Integer. Range: (-?\d+) - (\d+)", entry):
        return f"int {match[1]}–{match[2]}"
    if match := re.search(r'(?:Boxed pointer|Object) of type "(\w+)"', entry):
        return match[1]
    if 'GstValueArray of GValues of type "gchararray"' in entry:
        return "array of strings"
    match = re.search(r"^ +(String|Boolean|Enum|Flags)\b", entry, re.MULTILINE)
    return TYPE_WORDS[match[1]] if match else "?"


def inspected_default(entry):
    match = re.search(r"Default: (?:\w+, )?(.*)", entry[entry.index("flags:"):])
    text = match[1].strip().strip('"').replace("(string)", "") if match else "null"
    text = re.sub(r"^< *(.*?) *>$", r"<\1>", text)
    return "none" if text in ("null", "(none)", "<>") else text


def writable_in(flags):
    if "writable" not in flags:
        return "read only"
    return "NULL, READY" if "only in NULL or READY" in flags else "any state"


def inspected_signals(text):
    """By name: the types of the arguments and of the result. From GStreamer 1.24 on, actions are shown by their call."""
    signals = {}
    for name, result, arguments in re.findall(r'^  "([\w-]+)" :  (\S+) user_function \(([^)]*)\)', text, re.MULTILINE):
        signals[name] = (inspected_arguments(arguments.split(",")[1:]), "" if result == "void" else result)
    for name, result, arguments in re.findall(r'^  "([\w-]+)" -> (\S+)  :  g_signal_emit_by_name \(([^)]*)\)', text,
                                              re.MULTILINE):
        signals[name] = (inspected_arguments(arguments.split(",")[2:]), "" if result == "void" else result)
    return signals


def inspected_arguments(arguments):
    """Their types: "const gchar * arg0" is a gchararray. Without what every handler and call has."""
    words = [argument.replace("const ", "").split() for argument in arguments]
    types = [word[0].rstrip("*") for word in words if word[0] != "gpointer" and word[-1] != "p_return_value"]
    return tuple("gchararray" if each == "gchar" else each for each in types)


def inspected_pads(text):
    """By template: direction, presence, and all names in the caps; and the pads' properties."""
    section = text[text.index("Pad Templates:"):text.index("\nElement has no clocking")]
    pads, properties = {}, {}
    for direction, name, entry in re.findall(r"^  (\w+) template: '([^']+)'\n(.*?)(?=^  \w+ template|\Z)", section,
                                             re.MULTILINE | re.DOTALL):
        presence = re.search(r"Availability: (.*)", entry)[1]
        caps = entry[entry.index("Capabilities:"):].split("\n    Type:")[0]
        names = set(re.findall(r"^ +(\w+/\S+)$", caps, re.MULTILINE))
        for values in re.findall(r"encoding-name: (.*)", caps):
            names |= set(re.findall(r"\(string\)(\w+)", values))
        pads[name] = (direction.lower(), {"On request": "request"}.get(presence, presence.lower()), names)
        if "Pad Properties:" in entry:
            properties |= inspected_properties(entry[entry.index("Pad Properties:"):], 6)
    return pads, properties


def table(document, title):
    """The rows of the first table below a heading, as lists of cells, by the first cell's name."""
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", document, re.MULTILINE | re.DOTALL)[1]
    rows = {}
    for line in re.findall(r"^\| (`.*)\|$", section, re.MULTILINE):
        name, *cells = [cell.strip() for cell in line.split("|")]
        rows[name.strip("`")] = cells
    return rows


def quoted(cell):
    return set(re.findall(r"`([^`]+)`", cell))


def documented_properties(document, title, inspected):
    """As inspected_properties(). Of the values of an enum, those that stand anywhere in the meaning count."""
    properties = {}
    for name, (kind, default, state, meaning) in table(document, title).items():
        values = inspected.get(name, (None, None, None, set()))[3]
        properties[name] = (kind, default.strip("`"), state, values & quoted(meaning))
    return properties


def documented_signals(document):
    signals = {}
    for name, (arguments, _) in (table(document, "Signals") | table(document, "Actions")).items():
        arguments, _, result = arguments.partition("→")
        signals[name] = (tuple(re.findall(r"[\w-]+: (\w+)", arguments)), result.strip())
    return signals


def documented_pads(document):
    return {name: (direction, presence, quoted(caps))
            for name, (direction, presence, caps) in table(document, "Pads").items()}


def differences(what, real, documented):
    for name in sorted(real.keys() | documented.keys()):
        if name not in documented:
            yield f"{what} {name} is not in the document"
        elif name not in real:
            yield f"{what} {name} is in the document, but the element has none"
        elif real[name] != documented[name]:
            yield f"{what} {name}: the element has {real[name]}, the document {documented[name]}"


def without_inherited(own, parent):
    return {name: value for name, value in own.items() if name not in parent}


def main(path, element="rtcmcroom"):
    document = Path(path).read_text(encoding="utf-8")
    text, parent = inspect(element), inspect("bin")
    inherited_signals = inspected_signals(parent) | {"pad-added": (), "pad-removed": (), "no-more-pads": ()}
    properties = without_inherited(inspected_properties(block(text, "Element Properties"), 2),
                                   inspected_properties(block(parent, "Element Properties"), 2))
    signals = without_inherited(inspected_signals(text), inherited_signals)
    pads, pad_properties = inspected_pads(text)
    found = [
        *differences("property", properties, documented_properties(document, "Properties", properties)),
        *differences("pad property", pad_properties,
                     documented_properties(document, "Pad properties", pad_properties)),
        *differences("signal", signals, documented_signals(document)),
        *differences("pad template", pads, documented_pads(document)),
    ]
    print(*found, sep="\n")
    print(f"{len(properties)} properties, {len(pad_properties)} pad properties, {len(signals)} signals, "
          f"{len(pads)} pad templates: {len(found)} differences")
    return 1 if found or not (properties and signals and pads) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
