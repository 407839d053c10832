"""What tests of the built book share: its pages, parsed."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup


@pytest.fixture(scope="module")
def soups(built: Path) -> dict[Path, BeautifulSoup]:
    """Every page of the built book."""
    paths = [path for path in sorted(built.rglob("*.html")) if "_static" not in path.parts]
    return {path: BeautifulSoup(path.read_text("utf8"), "html.parser") for path in paths}
