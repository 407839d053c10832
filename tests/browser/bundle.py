"""Bundle the page's modules into the two files that pages, their workers and the widget load: ``make page``.

One is the playground, the other the laboratories, which use most of its modules.  The first line of a bundle states the
hash of what it was made from, so that it can be found stale without npm.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

NPM = Path(__file__).resolve().parent
PLAYGROUND = NPM.parent.parent / "rknet" / "playground"
SOURCES = PLAYGROUND / "src"
BUNDLE, LABORATORIES = PLAYGROUND / "playground.mjs", PLAYGROUND / "laboratories.mjs"
ENTRIES = {BUNDLE.name: "src/main.mjs", LABORATORIES.name: "src/laboratories/main.mjs"}
"""The module that each bundle begins with."""
ESBUILD = NPM / "node_modules" / ".bin" / "esbuild"


def sources(name: str = BUNDLE.name) -> list[Path]:
    """Every file that may go into a bundle, in the order in which it is hashed; the playground has no laboratories."""
    modules = sorted(SOURCES.rglob("*.mjs"))
    if name == BUNDLE.name:
        modules = [path for path in modules if path.parent != SOURCES / "laboratories"]
    return [*modules, PLAYGROUND / "limits.json"]


def banner(name: str = BUNDLE.name) -> str:
    """The bundle's first line: where it comes from, and the SHA-256 of all its sources."""
    digest = hashlib.sha256()
    for path in sources(name):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(PLAYGROUND).as_posix()} {len(text)}\n".encode() + text)
    return f"// Made from src/ by `make page`; edit the files there. Their SHA-256: {digest.hexdigest()}"


def bundle(name: str = BUNDLE.name) -> str:
    """The bundle of the sources as they are, made by esbuild."""
    if not ESBUILD.is_file():
        raise FileNotFoundError(f"{ESBUILD}: must be installed; run `npm ci --prefix tests/browser`")
    options = "--bundle", "--minify", "--format=esm", "--charset=utf8", "--target=es2022", f"--banner:js={banner(name)}"
    command = [str(ESBUILD), ENTRIES[name], *options]
    done = subprocess.run(command, cwd=PLAYGROUND, capture_output=True, check=True)
    return done.stdout.decode("utf8")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    try:
        for name in ENTRIES:
            (PLAYGROUND / name).write_text(bundle(name), "utf8", newline="\n")
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        sys.exit(f"{error}\n{(getattr(error, 'stderr', None) or b'').decode()}".strip())
