"""What tests in a browser share: Chromium, Node, the npm packages, the built book, a web server.

Where one of them is missing, `required` says what becomes of a test that asks for it.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import execute
import pytest
from browsing import LOCAL, NAMES, Visit, chromium_program, launch
from playwright.sync_api import Browser, Playwright, sync_playwright
from required import missing

# Before the kernels of rknet.engines.layerwise.fused are made: they run on the processor.
os.environ.setdefault("TRITON_INTERPRET", "1")

# A shell that runs a command in the background makes it deaf to Ctrl-C, and so are the processes that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

BUILT = execute.BOOK / "_build" / "html"
NPM = Path(__file__).parent / "browser"


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the built book."""
    if not (BUILT / "index.html").is_file():
        missing("the book is not built; run `make book`", required="HTML")
    return BUILT


# ---- Node


@pytest.fixture(scope="session")
def node() -> Callable[..., str]:
    """Run Node: ``node(script, *arguments, input="")`` returns what the script prints."""
    program = shutil.which("node")
    if not program:
        missing("Node is not installed")

    def run(script: Path | str, *arguments: Path | str, input: str = "") -> str:
        command = [program, str(script), *map(str, arguments)]
        done = subprocess.run(command, input=input, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def npm_package() -> Callable[[str], Path]:
    """The folder of a package that ``tests/browser/package.json`` names."""

    def folder(name: str) -> Path:
        path = NPM / "node_modules" / name
        if not path.is_dir():
            missing(f"the npm package {name} is not installed; run `npm ci --prefix tests/browser`")
        return path

    return folder


# ---- Chromium


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, for one module: while it runs, nothing else in this process can use asyncio."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium that reaches no other host."""
    program = chromium_program()
    if not program:
        missing(f"Chromium is not installed; looked for {', '.join(NAMES)}, or what RKNET_CHROMIUM names")
    running = launch(playwright, program)
    yield running
    running.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open an address in a window of its own: ``visit(url, **options of the browser's context)``."""
    contexts = []

    def go(url: str, **options: object) -> Visit:
        context = browser.new_context(**options)
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.goto(url)
        return visit

    yield go
    for context in contexts:
        context.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Publish a folder on this machine: ``serve(folder)`` returns its address, without a slash at the end."""
    servers = []

    def start(folder: Path) -> str:
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer((LOCAL, 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://{LOCAL}:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
