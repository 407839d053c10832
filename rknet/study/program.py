"""What a program does about errors of the user's making and about Ctrl-C: one line on standard error, no traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended, as shells count it."""


def guarded(command: Callable[[], int], name: str) -> int:
    """The exit code of a command; bad input gives 2, an interrupt `INTERRUPTED`, each with a line on standard error.

    `name` is the program's, which begins the line.
    """
    from concurrent.futures.process import BrokenProcessPool  # late: it would delay every start

    try:
        return command()
    except BrokenPipeError:  # the reader of our output has seen enough, as in `rknet table depth | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except BrokenProcessPool:
        tell(f"{name}: a worker was killed, perhaps for memory; finished runs are kept: try again with fewer --jobs")
        return 1
    except (OSError, ValueError) as error:
        tell(f"{name}: {error}")
        return 2
    except KeyboardInterrupt:
        tell(f"{name}: interrupted; finished runs are kept, and the same command resumes")
        return INTERRUPTED


def tell(line: str) -> None:
    """Print a line on standard error."""
    print(line, file=sys.stderr)
