"""Forks kernels for `kernels.py`, which starts this once: what most chapters import is then imported once for all.

Each line of its input describes a kernel: the arguments, the folder and the variables that it starts with. The answer
is the number of its process. The end of the input ends this process, and with it every kernel.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence

IMPORTED = (
    "ipykernel.kernelapp",
    "matplotlib_inline.backend_inline",
    "rknet.study.cache",
    "rknet.study.html_tables",
    "rknet.study.ledger.boxes",
    "rknet.plots",
    "rknet.widgets",
)


def prepare() -> None:
    """Import what kernels need. A fork copies one thread only, so nothing here may start another."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # a kernel ends when this process does
    for name in IMPORTED:
        importlib.import_module(name)


def become_kernel(arguments: Sequence[str], folder: str, variables: Mapping[str, str]) -> None:
    """Be what `python -m ipykernel_launcher` with these arguments is, but for the start."""
    from ipykernel.kernelapp import IPKernelApp

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(2, 1)  # the output of this process has one reader, who waits for numbers
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    IPKernelApp.launch_instance(list(arguments))


def main() -> None:
    """Fork a kernel for each line of the input."""
    prepare()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks a kernel why it ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what Ctrl-C interrupts is the process that gives the input
    for line in sys.stdin:
        process = os.fork()
        if not process:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            sys.stdin.close()
            become_kernel(**json.loads(line))
            os._exit(0)
        print(process, flush=True)


if __name__ == "__main__":
    main()
