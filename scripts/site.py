#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes a web site of the documents, with a search: "site.py [FOLDER]", by default into build-site/.

README.md is its first page, the list under "More" there its order. Links to what is no document lead to the repository. Fails
if a link leads nowhere. Needs MkDocs (Debian package mkdocs).
"""

import html.parser
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://github.com/rtcmc/rtcmc"
LINK = re.compile(r"(\[[^\]]*\]\()([^)\s]+)(\))")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def page_of(path):
    """What a document is called in the site; None: it is not in it."""
    if path == ROOT / "README.md":
        return "index.md"
    if path.parent == ROOT / "docs" or (path.parent == ROOT and path.suffix == ".md"):
        return path.name
    return None


def led(target, path):
    """Where a link of a document leads in the site."""
    if re.match(r"[a-z]+:|#", target):
        return target
    name, hash_sign, anchor = target.partition("#")
    file = (path.parent / name).resolve()
    if page := page_of(file):
        return page + hash_sign + anchor
    return f"{REPOSITORY}/{'tree' if file.is_dir() else 'blob'}/main/{file.relative_to(ROOT)}"


def converted(path):
    """A document's text, outside of its blocks of code with the site's links."""
    def relink(text):
        return LINK.sub(lambda link: link[1] + led(link[2], path) + link[3], text)

    text = path.read_text(encoding="utf-8")
    pieces, end = [], 0
    for code in CODE.finditer(text):
        pieces += [relink(text[end:code.start()]), code[0]]
        end = code.end()
    return "".join([*pieces, relink(text[end:])])


class Anchors(html.parser.HTMLParser):
    """A page's ids and links."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids.add(attributes.get("id"))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])


def lost_links(site):
    """Links within the site to headings that are not there."""
    pages = {path.name: Anchors(path.read_text(encoding="utf-8")) for path in site.glob("*.html")}
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            if anchor and ":" not in link and anchor not in pages.get(target or name, page).ids:
                yield f"{name}: no heading for {link}"


def main(folder):
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    more = documents[0].read_text(encoding="utf-8").partition("## More")[2]
    order = ["index.md"] + [led(target, documents[0]) for _, target, _ in LINK.findall(more)]
    order = [page for page in order if page in {page_of(path) for path in documents}]
    order += [page_of(path) for path in documents if page_of(path) not in order]
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(scratch) / "pages"
        pages.mkdir()
        for path in documents:
            (pages / page_of(path)).write_text(converted(path), encoding="utf-8")
        for picture in [*(ROOT / "docs").glob("*.png"), *(ROOT / "docs").glob("*.svg")]:
            (pages / picture.name).write_bytes(picture.read_bytes())
        # JSON is YAML.
        settings = Path(scratch) / "mkdocs.yml"
        settings.write_text(json.dumps({
            "site_name": "rtcmc", "repo_url": REPOSITORY, "edit_uri": "", "docs_dir": str(pages), "site_dir": str(folder),
            "use_directory_urls": False, "theme": "readthedocs", "plugins": ["search"], "nav": order,
        }), encoding="utf-8")
        built = subprocess.run(["mkdocs", "build", "--quiet", "--strict", "--config-file", settings], check=False)
    if built.returncode:
        return built.returncode
    lost = list(lost_links(folder))
    found = json.loads((folder / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    print(*lost, f"{len(documents)} pages, {len(found)} places to be found in {folder}", sep="\n")
    return 1 if lost or not found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build-site").resolve()))
