"""What the tests of playgrounds in a browser share."""

import json
from collections.abc import Callable
from pathlib import Path

from browsing import Visit
from playwright.sync_api import Page

LONG = 300_000
"""Milliseconds to wait for a training on a machine that is busy with something else."""

Opened = Callable[..., Visit]


def untroubled(seen: Visit) -> None:
    """No error, no request that leaves the machine, and training where it disturbs nothing."""
    assert seen.errors == [] and seen.foreign == []
    assert seen.page.get_attribute(".rkp", "data-where") == "worker"


def wait_for(page: Page, state: str = "finished") -> None:
    page.wait_for_selector(f".rkp[data-state={state}]", timeout=LONG)


def record(page: Page) -> dict:
    """What the export button gives."""
    with page.expect_download(timeout=LONG) as download:
        page.get_by_role("button", name="Export").click()
    return json.loads(Path(download.value.path()).read_text("utf8"))
