"""Machine code on disk, and whether there can be any: Numba's part, made proof against what it finds there."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import pickle
import warnings
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.registry import cpu_target

# Numba imports much of itself before it compiles for the first time; an import must not be interrupted.
cpu_target.typing_context.refresh()
cpu_target.target_context.refresh()

CHECKSUM = 32
"""Bytes of the SHA-256 at the beginning of a file of machine code."""


@functools.cache
def obstacle() -> str | None:
    """Why Numba compiles nothing here, which a warning says once; None if it does."""
    if not numba.config.DISABLE_JIT:
        return None
    warnings.warn(
        "NUMBA_DISABLE_JIT is set: nets are trained by PyTorch, far more slowly", RuntimeWarning, stacklevel=4
    )
    return "NUMBA_DISABLE_JIT is set, so that Numba compiles nothing"


class CheckedFile(IndexDataCacheFile):
    """A file of machine code that begins with its checksum: half of one must not be executed."""

    def _save_data(self, name: str, data: Any) -> None:
        content = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(hashlib.sha256(content).digest() + content)

    def _load_data(self, name: str) -> Any:
        stored = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(stored[CHECKSUM:]).digest() != stored[:CHECKSUM]:
            raise ValueError("its checksum does not hold")
        return pickle.loads(stored[CHECKSUM:])


class MachineCode(FunctionCache):
    """The machine code of a function on disk: compiled again if it cannot be read, not stored if it cannot be written.

    One warning for each folder says so.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file: Any = CheckedFile(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The machine code for a signature, or None."""
        try:
            return super().load_overload(signature, context)
        except Exception as error:  # whatever damaged bytes make of themselves
            warn(self._cache_path, f"is damaged ({error!r}) and is compiled again")
            with contextlib.suppress(OSError):
                self.flush()
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Store the machine code for a signature."""
        try:
            super().save_overload(signature, compiled)
        except Exception as error:
            warn(self._cache_path, f"cannot be stored ({error!r}) and is compiled in every process")


_warned: set[str] = set()


def warn(folder: str, words: str) -> None:
    """Warn about the machine code in a folder, once."""
    if folder not in _warned:
        _warned.add(folder)
        warnings.warn(f"machine code in {folder} {words}", RuntimeWarning, stacklevel=2)
