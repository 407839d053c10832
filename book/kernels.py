"""Runs notebooks side by side, each in a kernel of its own, and says how far they are."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import environment
import joblib
import psutil
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

TIMEOUT = 1800
"""Seconds that a cell may take, on one slow core as well."""

FORGE = Path(__file__).with_name("forge.py")

# The kernel accepts encrypted connections, and complains of others.
CONFIGURATION = Config({"KernelManager": {"transport_encryption": "auto"}})


@dataclass(frozen=True)
class Page:
    """A notebook to run in the folder of its file, and the seconds that it has taken elsewhere."""

    path: Path
    notebook: NotebookNode
    expected: float


@dataclass(frozen=True)
class Done:
    """A page that has been run in place, in so many seconds; `error` is what ended it before its last cell."""

    page: Page
    seconds: float
    error: Exception | None


def run(pages: Iterable[Page], **options: Any) -> Iterator[Done]:
    """Run the notebooks of the pages in place, on every core, longest first; each is returned as it ends.

    The options are those of `nbclient.NotebookClient`.
    """
    waiting = sorted(pages, key=lambda page: page.expected, reverse=True)
    if not waiting:
        return
    cores = joblib.cpu_count()
    workers = min(cores, len(waiting))
    variables = os.environ | environment.share(cores // workers)
    # Elsewhere than on Linux, libraries of the system do not survive a fork.
    modules = set().union(*(imported(page.notebook) for page in waiting))
    forge = _Forge(sorted(modules)) if sys.platform == "linux" else None

    def work(page: Page) -> Done:
        start, error = time.monotonic(), None
        client = _Client(
            page.notebook,
            timeout=TIMEOUT,
            resources={"metadata": {"path": str(page.path.parent)}},
            record_timing=False,
            config=CONFIGURATION,
            **options,
        )
        client.forge = forge
        try:
            client.execute(env=variables)
        except Exception as reason:  # a cell's, a kernel's or nbclient's
            error = reason
        return Done(page, time.monotonic() - start, error)

    # Where this is left early, the kernels end with the forge, and the threads, which are daemons, with the program.
    with contextlib.closing(forge) if forge else contextlib.nullcontext(), ThreadPool(workers) as pool:
        yield from pool.imap_unordered(work, waiting)


def reported(pages: Iterable[Page], report: Callable[[str], None], **options: Any) -> Iterator[Done]:
    """`run`, with a line before the first page and one after each: how many are done, and what time is left."""
    pages = list(pages)
    if not pages:
        return
    workers = min(joblib.cpu_count(), len(pages))
    total = left = sum(page.expected for page in pages)
    start = time.monotonic()
    report(
        f"Running {'1 page' if len(pages) == 1 else f'{len(pages)} pages'}, {workers} at a time: "
        f"about {duration(total / workers)}, or less where trained nets are remembered."
    )
    for number, done in enumerate(run(pages, **options), 1):
        left -= done.page.expected
        spent = time.monotonic() - start
        rest = f"about {duration(spent * left / (total - left))} left" if number < len(pages) else "the last one"
        how = "took" if done.error is None else "failed after"
        report(f"Page {number} of {len(pages)}, {done.page.path.stem}, {how} {duration(done.seconds)}; {rest}.")
        yield done


def imported(notebook: NotebookNode) -> set[str]:
    """The modules that the cells of a notebook import, except cells with IPython's commands."""
    modules: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            with contextlib.suppress(SyntaxError):
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.Import):
                        modules.update(alias.name for alias in node.names)
                    elif isinstance(node, ast.ImportFrom) and node.module:
                        modules.add(node.module)
    return modules


def duration(seconds: float) -> str:
    """Seconds, or from two minutes on minutes, in words."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


class _Client(NotebookClient):
    """Runs a notebook in a kernel from the forge, where there is one."""

    forge: _Forge | None = None

    def create_kernel_manager(self) -> KernelManager:
        manager: KernelManager = super().create_kernel_manager()
        if self.forge is not None:
            manager.provisioner = _Forked(
                kernel_id=str(uuid.uuid4()), kernel_spec=manager.kernel_spec, parent=manager, forge=self.forge
            )
        return manager


class _Forked(LocalProvisioner):
    """Has the forge fork the kernel."""

    def __init__(self, forge: _Forge, **options: Any) -> None:
        super().__init__(**options)
        self._forge = forge

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        self.process = self._forge.kernel(cmd[cmd.index("-f") :], str(kwargs["cwd"]), kwargs["env"])
        self.pid = self.pgid = self.process.pid  # it leads a group of its own
        self.cwd = kwargs["cwd"]
        return self.connection_info


class _Kernel(psutil.Process):
    """A process that another one has started, with the methods of subprocess.Popen that a provisioner calls."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        return None if self.is_running() else 0


class _Forge:
    """The process that forks kernels; see `forge.py`."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._turn = threading.Lock()
        command = [sys.executable, str(FORGE), *modules]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def kernel(self, arguments: Sequence[str], folder: str, variables: Mapping[str, str]) -> _Kernel:
        """The process of a new kernel."""
        assert self._process.stdin and self._process.stdout
        with self._turn:
            description = {"arguments": arguments, "folder": folder, "variables": variables}
            print(json.dumps(description), file=self._process.stdin, flush=True)
            return _Kernel(int(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
