"""Chromium, and a page in it with everything that it asked for and complained about."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

LOCAL = "127.0.0.1"
NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOCAL}",  # no other host, whatever a page asks for
    "--no-first-run",
    "--no-sandbox",  # a container's only user is root
]
WIDE, NARROW = 1280, 360
MODES = ("light", "dark")
SHOWN = "(image) => image.checkVisibility()"
"""A picture's variant for the other colour mode is never loaded."""


def chromium_program() -> str | None:
    """Where Chromium is installed; RKNET_CHROMIUM may name it."""
    names = [os.environ["RKNET_CHROMIUM"]] if "RKNET_CHROMIUM" in os.environ else NAMES
    return next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright, program: str) -> Browser:
    """A headless Chromium that reaches no other host."""
    return playwright.chromium.launch(executable_path=program, args=OPTIONS)


def html_pages(built: Path) -> list[Path]:
    """Every page of the built book."""
    return [path for path in sorted(built.rglob("*.html")) if "_static" not in path.parts]


LOADED = f"""Promise.all([...document.images].filter({SHOWN}).map((image) => {{
  image.loading = "eager";
  return image.decode().catch(() => {{}});
}}))"""


def settle(page: Page) -> None:
    """Wait until formulas are drawn and pictures are loaded, those far below, too."""
    page.evaluate("window.MathJax?.startup?.promise")
    page.evaluate(LOADED)


@dataclass
class Visit:
    """A page, the addresses it has asked for, and the errors that it or its workers have reported."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.context.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.context.on("console", self._hear)
        self.page.context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def foreign(self) -> list[str]:
        """Requests that leave the machine."""
        addresses = map(urlsplit, self.requests)
        return [
            url.geturl() for url in addresses if url.scheme not in ("blob", "data", "file") and url.hostname != LOCAL
        ]
