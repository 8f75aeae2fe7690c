# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that all packages are of this version, and can be read by what builds them: check_packaging.py ROOT VERSION"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

VERSIONS = {
    "debian/changelog": r"\Artcmc \((\S+)\) ",
    "packaging/arch/PKGBUILD": r"^pkgver=(\S+)$",
    "packaging/rpm/rtcmc.spec": r"^Version:\s+(\S+)$",
}
READERS = {
    "packaging/arch/PKGBUILD": ["bash", "-n"],
    "packaging/rpm/rtcmc.spec": ["rpmspec", "--parse"],
}


def problems(root, version):
    for name, pattern in VERSIONS.items():
        match = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
        if not match or match[1] != version:
            yield f"{name} is of version {match and match[1]}, and not {version}"
    for name, reader in READERS.items():
        if shutil.which(reader[0]):
            run = subprocess.run([*reader, root / name], capture_output=True, text=True, check=False)
            if run.returncode != 0:
                yield run.stderr
    recipe = root / f"packaging/yocto/rtcmc_{version}.bb"
    if not recipe.exists():
        yield f"{recipe} is not there"
    elif hashlib.md5((root / "COPYING").read_bytes()).hexdigest() not in recipe.read_text(encoding="utf-8"):
        yield f"{recipe} has another checksum of COPYING"


def main(root, version):
    found = list(problems(Path(root), version))
    print(*found, sep="\n", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
