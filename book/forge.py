"""Forks kernels for `kernels.py`, which starts this and names modules: they are imported once for all kernels.

Each line of the input describes a kernel: the arguments, the folder and the variables that it starts with. The answer
is the number of its process. The end of the input ends this process, and with it every kernel.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence


def prepare(modules: Sequence[str]) -> None:
    """Import what kernels will ask for. A fork copies one thread only, so none of these may start another."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # a kernel ends when this process does
    for name in ("ipykernel.kernelapp", *modules):
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
    sys.argv[1:] = arguments
    IPKernelApp.launch_instance()


def main() -> None:
    """Fork a kernel for each line of the input."""
    del sys.path[0]  # a chapter finds no module of this folder by accident
    prepare(sys.argv[1:])
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
