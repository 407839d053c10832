"""Bundle the playground's modules into the one file that pages, their worker and the widget load: ``make page``.

The first line of the bundle states the hash of what it was made from, so that it can be found stale without npm.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

NPM = Path(__file__).resolve().parent
PLAYGROUND = NPM.parent.parent / "rknet" / "playground"
SOURCES = PLAYGROUND / "src"
BUNDLE = PLAYGROUND / "playground.mjs"
ESBUILD = NPM / "node_modules" / ".bin" / "esbuild"


def sources() -> list[Path]:
    """Every file that goes into the bundle, in the order in which it is hashed."""
    return [*sorted(SOURCES.rglob("*.mjs")), PLAYGROUND / "limits.json"]


def banner() -> str:
    """The bundle's first line: where it comes from, and the SHA-256 of all its sources."""
    digest = hashlib.sha256()
    for path in sources():
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(PLAYGROUND).as_posix()} {len(text)}\n".encode() + text)
    return f"// Made from src/ by `make page`; edit the files there. Their SHA-256: {digest.hexdigest()}"


def bundle() -> str:
    """The bundle of the sources as they are, made by esbuild."""
    if not ESBUILD.is_file():
        raise FileNotFoundError(f"{ESBUILD}: must be installed; run `npm ci --prefix tests/browser`")
    options = "--bundle", "--format=esm", "--charset=utf8", "--target=es2022", f"--banner:js={banner()}"
    command = [str(ESBUILD), "src/main.mjs", *options]
    done = subprocess.run(command, cwd=PLAYGROUND, capture_output=True, check=True)
    return done.stdout.decode("utf8")


if __name__ == "__main__":
    try:
        BUNDLE.write_text(bundle(), "utf8", newline="\n")
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        sys.exit(f"{error}\n{(getattr(error, 'stderr', None) or b'').decode()}".strip())
