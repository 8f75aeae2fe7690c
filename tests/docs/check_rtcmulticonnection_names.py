# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks for a row of every name of RTCMultiConnection.js: check_rtcmulticonnection_names.py DOCUMENT LIBRARY.

Every name that the library assigns to its `connection` must be the first cell of one row, and no cell may be empty.
"""

import re
import sys
from collections import Counter
from pathlib import Path


def library_names(source):
    code = re.sub(r"//.*|/\*.*?\*/", "", source)
    return set(re.findall(r"(?<![\w.])connection\.(\w+)(?=\s*=(?!=))", code))


def rows(document):
    """The cells of all table rows that begin with a name."""
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in re.findall(r"^\| `.*\|$", document, re.MULTILINE)]


def main(document_path, library_path):
    table = rows(Path(document_path).read_text(encoding="utf-8"))
    names = library_names(Path(library_path).read_text(encoding="utf-8"))
    documented = Counter(row[0].strip("`") for row in table)
    found = [
        *(f"{name} has no row" for name in sorted(names - documented.keys())),
        *(f"{name} has {count} rows" for name, count in documented.items() if count > 1),
        *(f"{row[0]}: a row needs a name and what it is" for row in table if len(row) != 2 or not all(row)),
    ]
    print(*found, sep="\n")
    print(f"{len(names)} names in the library, {len(table)} rows: {len(found)} faults")
    return 1 if found or len(names) < 50 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
