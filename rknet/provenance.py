"""Which source code decides a result: content hashes for caches and notebook stamps."""

from __future__ import annotations

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def in_checkout() -> bool:
    """Whether the package lies in a checkout of the book, and not where it was installed."""
    return (PACKAGE.parent / "pyproject.toml").is_file()


def source_hash(*modules: str) -> str:
    """SHA-256 (hex) of the package's source files, independent of line endings and of where it is installed.

    With names given (``"nets"``, ``"training"``), only those modules count; without, every ``.py`` file of the package.

    Raises
    ------
    ValueError
        If a named module does not exist.
    """
    paths = [PACKAGE / f"{name}.py" for name in modules] or list(PACKAGE.rglob("*.py"))
    digest = hashlib.sha256()
    for path in sorted(paths):
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in PACKAGE.glob("*.py")))
            raise ValueError(f"modules: each must be a module of rknet, got {path.stem!r}; choose from {known}")
        source = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(PACKAGE).as_posix()} {len(source)}\n".encode())
        digest.update(source)
    return digest.hexdigest()
