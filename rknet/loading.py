"""Imports that are put off until they are needed: not torn apart by Ctrl-C, and without an error where they fail."""

from __future__ import annotations

import contextlib
import functools
import pkgutil
import signal
import threading
import warnings
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the end of a block.

    A module whose import is interrupted is imported anew the next time, and libraries such as Numba refuse to be told
    the same thing twice: the process could never use them again.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came: list[tuple[Any, ...]] = []
    signal.signal(signal.SIGINT, lambda *arguments: came.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if came:
            handler(*came[0])


@functools.cache
def loaded(listed: Any) -> Any:
    """An engine's class, given as such or as MODULE:NAME; where the import fails, one whose obstacle says why.

    The failure is said once, in a warning.
    """
    if not isinstance(listed, str):
        return listed
    try:
        return pkgutil.resolve_name(listed)
    except Exception as error:  # whatever a library raises that does not suit this machine
        reason = f"it cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())})"
    module, _, name = listed.partition(":")
    warnings.warn(f"the engine {name} of {module} is left out: {reason}", RuntimeWarning, stacklevel=4)
    return _missing(reason)


def _missing(reason: str) -> type:
    class Missing:
        """An engine that is not to be had, see `rknet.contract.Engine`."""

        @classmethod
        def obstacle(cls, net: Any, protocol: Any) -> str:
            """Why it is not to be had."""
            return reason

        @classmethod
        def suits(cls, net: Any) -> bool:
            """True: it is passed over because of its obstacle."""
            return True

    return Missing
