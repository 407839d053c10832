"""The hash of the sources: what it depends on and what not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rknet import provenance
from rknet.provenance import source_hash


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two modules and a subpackage in place of the real one."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "first.py").write_bytes(b"a = 1\nb = 2\n")
    (tmp_path / "second.py").write_bytes(b"c = 3\n")
    (tmp_path / "inner" / "third.py").write_bytes(b"d = 4\n")
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    return tmp_path


def test_hash_by_hand(package: Path) -> None:
    """SHA-256 over name, length and content of each module in turn."""
    content = b"first.py 12\na = 1\nb = 2\nsecond.py 6\nc = 3\n"
    assert source_hash("first", "second") == hashlib.sha256(content).hexdigest()


def test_order_of_names_does_not_matter(package: Path) -> None:
    """Modules are a set."""
    assert source_hash("second", "first") == source_hash("first", "second")


def test_line_endings_do_not_matter(package: Path) -> None:
    """A checkout with Windows line endings has the same hash."""
    before = source_hash()
    (package / "first.py").write_bytes(b"a = 1\r\nb = 2\r\n")
    assert source_hash() == before


def test_every_character_matters(package: Path) -> None:
    """A changed character in a named module changes the hash; in another one it does not."""
    before = source_hash("first"), source_hash("second")
    (package / "first.py").write_bytes(b"a = 1\nb = 3\n")
    assert source_hash("first") != before[0]
    assert source_hash("second") == before[1]


@pytest.mark.parametrize("module", ["first.py", "second.py", "inner/third.py"])
def test_without_names_every_module_counts(package: Path, module: str) -> None:
    """A change anywhere in the package changes the hash of the whole; other files do not count."""
    before = source_hash()
    (package / "notes.txt").write_text("no source")
    assert source_hash() == before
    (package / module).write_bytes(b"other = 1\n")
    assert source_hash() != before


def test_names_of_files_matter(package: Path) -> None:
    """Moving content from one module to another changes the hash."""
    before = source_hash()
    (package / "second.py").rename(package / "zeroth.py")
    assert source_hash() != before


def test_real_modules() -> None:
    """The package's own modules have hashes, all different."""
    names = ["tableaus", "nets", "lifts", "data/points", "training"]
    hashes = {source_hash(name) for name in names}
    assert len(hashes) == len(names)
    assert all(len(value) == 64 for value in hashes)
