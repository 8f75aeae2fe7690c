#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what a build directory's tests of some suites have to have been compiled, as ninja's targets.

Arguments: the directory; then "--suite S" and "--no-suite S" as of "meson test".
"""

import argparse
import json
import os
import pathlib
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--no-suite", action="append", default=[])
    args = parser.parse_args()

    def read(name):
        return json.loads((args.directory / "meson-info" / f"intro-{name}.json").read_text())

    files = {target["id"]: target["filename"] for target in read("targets")}
    needed = set()
    for test in read("tests"):
        suites = {suite.rpartition(":")[2] for suite in test["suite"]}
        if (not args.suite or suites & set(args.suite)) and not suites & set(args.no_suite):
            needed.update(name for id in test["depends"] for name in files[id])
    if not needed:
        sys.exit("no test has that suite")
    directory = args.directory.resolve()
    print(*sorted(os.path.relpath(name, directory) for name in needed))


if __name__ == "__main__":
    main()
