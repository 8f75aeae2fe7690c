# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks links between documents: check_links.py FILE_OR_FOLDER…

Every relative link must lead to a file or folder, and to a heading if it names one, by the names that GitHub and GitLab
give to headings. Pages elsewhere are not looked at: there may be no network.
"""

import re
import sys
from functools import cache
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def prose(path):
    """Without what stands in blocks of code."""
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(path):
    names = set()
    for heading in re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", re.sub(LINK, lambda link: link[0].split("]")[0], heading).lower()).replace(" ", "-")
        same = sum(1 for known in names if re.fullmatch(re.escape(name) + r"(-\d+)?", known))
        names.add(f"{name}-{same}" if same else name)
    return names


def faults_of(path):
    for target in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path.resolve()
        if not file.exists():
            yield f"{path}: there is no {target}"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield f"{path}: {file.name} has no heading for #{anchor}"


def main(names):
    given = [Path(name) for name in names]
    paths = [path for each in given for path in (sorted(each.glob("*.md")) if each.is_dir() else [each])]
    faults = [fault for path in paths for fault in faults_of(path)]
    count = sum(len(LINK.findall(prose(path))) for path in paths)
    print(*faults, f"{count} links, {len(faults)} wrong", sep="\n")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
