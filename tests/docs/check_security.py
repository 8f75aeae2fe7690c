# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether every "cannot" of docs/security.md names tests, and whether those are there.

A test is `Suite.Name` of a C++ test, or `folder/file: title` of one in JavaScript.
"""

import pathlib
import re
import sys

CPP_TEST = re.compile(r"[A-Z]\w+\.[A-Z]\w+")
JS_TEST = re.compile(r"((?:e2e|program|server|web)/\w+): (.+)")


def claims(text):
    """Every bullet below a "Cannot:", as (the claim, the code spans in it)."""
    parts = re.split(r"^(#.*|Can:|Cannot:)$", text, flags=re.MULTILINE)
    for title, part in zip(parts[1::2], parts[2::2]):
        if title != "Cannot:":
            continue
        for bullet in re.split(r"^- ", part, flags=re.MULTILINE)[1:]:
            spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", bullet)]
            yield " ".join(bullet.split("`")[0].split()), spans


def exists(test, tests):
    if CPP_TEST.fullmatch(test):
        suite, name = test.split(".")
        pattern = re.compile(rf"^TEST(?:_F|_P)?\({suite}, {name}\)", re.MULTILINE)
        return any(pattern.search(path.read_text()) for path in tests.rglob("*.cpp"))
    file, title = JS_TEST.fullmatch(test).groups()
    path = tests / f"{file}.test.mjs"
    # Titles may be the names of an object's members.
    quoted = re.escape(title)
    pattern = rf"""['"`]{quoted}['"`]|\b{quoted}(?=[:(])"""
    return path.exists() and re.search(pattern, path.read_text().replace("\\'", "'")) is not None


def main():
    document, tests = map(pathlib.Path, sys.argv[1:])
    faults = []
    count = 0
    for claim, spans in claims(document.read_text()):
        count += 1
        named = [span for span in spans if CPP_TEST.fullmatch(span) or JS_TEST.fullmatch(span)]
        if not named:
            faults.append(f"without a test: {claim}")
        faults += [f"no such test: {test} ({claim})" for test in named if not exists(test, tests)]
    if count == 0:
        faults.append("nobody is said to be unable to do anything")
    print("\n".join(faults) or f"{count} claims, each with its tests")
    sys.exit(bool(faults))


main()
