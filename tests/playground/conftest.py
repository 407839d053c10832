"""A page from a file with one playground, as the tests in a browser open it."""

import sys
from collections.abc import Callable
from pathlib import Path

import execute
import pytest
from browsing import Visit
from opening import LONG

from rknet.playground import Playground

sys.path.insert(0, str(execute.BOOK / "_ext"))

import rknet_playground


@pytest.fixture
def opened(visit: Callable[..., Visit], tmp_path: Path) -> Callable[..., Visit]:
    """A page from a file with one playground that has drawn its first picture; with `above` pixels over it."""

    def go(playground: Playground, hash: str = "", theme: str = "light", above: int = 0, **options: object) -> Visit:
        path = tmp_path / "page.html"
        (tmp_path / "script.js").write_text(rknet_playground.script(), "utf8")
        path.write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>page</title>'
            '<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
            f'<style>html {{ color-scheme: {theme}; }}</style><script src="script.js" defer></script></head>'
            f'<body><main><h1>page</h1><div style="height: {above}px"></div>{playground.to_html()}</main></body>'
            "</html>",
            "utf8",
        )
        seen = visit(path.as_uri() + hash, **options)
        seen.page.wait_for_selector(".rkp[data-state]", timeout=LONG)
        return seen

    return go
