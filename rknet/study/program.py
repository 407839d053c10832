"""What a program does about errors of the user's making, Ctrl-C and plain terminals: one line, and no traceback."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended, as shells count it."""

NO_RECORDS = 3
"""The exit code of a comparison that lacks records."""

SAID = "interrupted; finished runs are kept, and the same command resumes"

SPELLED = {"±": "+-", "−": "-", "–": "-", "×": "x", "√": "sqrt", "…": "...", "≤": "<=", "≥": ">="}
"""What stands for a character that a terminal cannot show; for any other a question mark."""


class WorkersLost(RuntimeError):
    """Those who compute are gone; the text says which, and how to go on."""


def guarded(command: Callable[[], int], name: str) -> int:
    """The exit code of a command; bad input gives 2, an interrupt `INTERRUPTED`, each with a line on standard error.

    `name` is the program's, which begins the line.  Where workers are lost the code is 1.
    """
    spell_out()
    try:
        return command()
    except BrokenPipeError:  # the reader of our output has seen enough, as in `rknet table depth | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except WorkersLost as error:
        tell(f"{name}: {error}")
        return 1
    except RuntimeError as error:
        from concurrent.futures import BrokenExecutor  # here, because it would slow every start

        if not isinstance(error, BrokenExecutor):
            raise
        tell(f"{name}: a worker was killed, perhaps for memory; finished runs are kept: try again with fewer --jobs")
        return 1
    except (OSError, ValueError) as error:
        tell(f"{name}: {error}")
        return 2
    except KeyboardInterrupt:
        tell(f"{name}: {SAID}")
        return INTERRUPTED


def tell(line: str) -> None:
    """Print a line on standard error."""
    print(line, file=sys.stderr)


def without_records(folder: Path) -> int:
    """Say that a folder has no records, and what to do; the exit code of that."""
    tell(f"rknet: no records in {folder}; name their folder with --store, or make them: rknet run NAME")
    return NO_RECORDS


# ---- Ctrl-C


def leave_when_interrupted() -> None:
    """End this process at once, with a line, when it is interrupted.

    A KeyboardInterrupt in the middle of an import is printed, changed or swallowed by whoever imports.  While modules
    are loaded there is nothing to tidy up.  What has more to lose is done in `orderly`.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


@contextlib.contextmanager
def orderly() -> Iterator[None]:
    """In this block an interrupt raises KeyboardInterrupt; a second one leaves as `leave_when_interrupted` says."""
    if signal.getsignal(signal.SIGINT) is not _leave:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _leave)


@contextlib.contextmanager
def interrupts_deferred() -> Iterator[None]:
    """An interrupt waits for the end of this block; processes that are started in it never hear of any.

    On a terminal Ctrl-C reaches workers, too, which would print a traceback each while they start.
    """
    came: list[int] = []
    handler = signal.getsignal(signal.SIGINT)
    here = callable(handler) and threading.current_thread() is threading.main_thread()
    if here:  # another thread may take the signal, which the mask of this one does not keep off
        signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    masks = hasattr(signal, "pthread_sigmask")  # not on Windows
    if masks:
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # or it starts with the first worker, and unblocks interrupts
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if here:
            signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, f"rknet: {SAID}\n".encode())
    os._exit(INTERRUPTED)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, _leave)
    raise KeyboardInterrupt


# ---- terminals


def spell_out() -> None:
    """Write `SPELLED` where standard output or standard error cannot show a character."""
    codecs.register_error("rknet.spelled", _spelled)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="rknet.spelled")


def shown(text: str) -> str:
    """A text as standard output shows it, for whoever aligns columns."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf8"
    codecs.register_error("rknet.spelled", _spelled)
    return text.encode(encoding, "rknet.spelled").decode(encoding)


def _spelled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(SPELLED.get(char, "?") for char in error.object[error.start : error.end]), error.end
