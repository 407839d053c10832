"""Machine code on disk, whatever has become of it; processes without Numba; interrupts while it is imported."""

from __future__ import annotations

import errno
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest
from engines.test_compiled import LOGIT, result, start

from rknet import Protocol, RK4Net, contract, draw, fit, loading
from rknet.contract import ENGINES, engine_for
from rknet.engines.compiled import machine


def double(x: float) -> float:
    """A function that is compiled in no time."""
    return 2 * x


def dispatcher() -> Any:
    """The function as a new process would have it."""
    named = types.FunctionType(double.__code__, double.__globals__, "double")
    made = numba.njit(named)
    made._cache = machine.MachineCode(named)
    return made


def called() -> tuple[float, int, list[str]]:
    """What a new process computes, how often it found machine code, and what it was warned of."""
    machine._warned.clear()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        made = dispatcher()
        values = made(4.0), made(3)  # two signatures, two files of machine code
    return values[0] + values[1], sum(made.stats.cache_hits.values()), [str(warning.message) for warning in heard]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Numba keeps its files."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    return tmp_path


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "zeros": lambda content: bytes(len(content)),
    "text": lambda content: b"not machine code\n",
    "a byte changed": lambda content: content[:-200] + bytes([content[-200] ^ 1]) + content[-199:],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_damaged_machine_code_is_compiled_again(folder: Path, ending: str, damage: str) -> None:
    """One warning, the same value, and everything intact afterwards."""
    assert called() == (14.0, 0, [])
    assert called() == (14.0, 2, [])
    files = list(folder.rglob(f"*.{ending}"))
    assert files
    for file in files:
        file.write_bytes(DAMAGES[damage](file.read_bytes().ljust(400)))
    value, _, heard = called()
    assert value == 14.0
    assert len(heard) == 1 or (ending, damage) == ("nbi", "a byte changed")  # Numba does not read all of an index
    assert all(f"machine code in {folder}" in words and "is damaged" in words for words in heard)
    assert called() == (14.0, 2, [])


def test_machine_code_that_cannot_be_stored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: one warning for two functions, and the values."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(machine.CheckedFile, "_open_for_write", full)
    value, hits, heard = called()
    assert (value, hits, len(heard)) == (14.0, 0, 1)
    assert "cannot be stored (OSError(28, 'No space left on device')) and is compiled in every process" in heard[0]


def test_damaged_and_not_to_be_mended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk with half an index: still one warning, and the values."""
    called()
    for file in folder.rglob("*.nbi"):
        file.write_bytes(b"")
    monkeypatch.setattr(machine.CheckedFile, "_save_index", lambda *_: (_ for _ in ()).throw(OSError("full")))
    value, hits, heard = called()
    assert (value, hits, len(heard)) == (14.0, 0, 1)


def test_the_engine_survives_damage_with_the_same_bits(tmp_path: Path) -> None:
    """The same logit from an intact cache, from one that was cut, and from the one that was mended."""
    first = result(start(LOGIT, tmp_path))
    for file in tmp_path.rglob("*.nbc"):
        file.write_bytes(file.read_bytes()[:-1000])
    second, third = result(start(LOGIT, tmp_path)), result(start(LOGIT, tmp_path))
    assert first["logit"] == second["logit"] == third["logit"]
    assert [found["stats"] for found in (first, second, third)] == [[0, 1], [0, 1], [1, 0]]


# Without Numba's machine code.

WITHOUT = """
import json, warnings, rknet
points = rknet.draw("donut_2D", 20)
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    engines = [
        rknet.fit(rknet.RK4Net(2, width, 2, 1), points, points, rknet.Protocol(epochs=1), progress=False).engine
        for width in (3, 3, 128)
    ]
heard = [str(warning.message) for warning in heard if warning.category is RuntimeWarning]
print(json.dumps({"engines": engines, "heard": heard}))
"""


def test_numba_switched_off(tmp_path: Path) -> None:
    """PyTorch trains, layer by layer where the net is wide, and one warning says so."""
    found = result(start(WITHOUT, tmp_path, NUMBA_DISABLE_JIT="1"))
    assert found["engines"] == ["torch", "torch", "layerwise"]
    assert len(found["heard"]) == 1
    assert "NUMBA_DISABLE_JIT is set: nets are trained by PyTorch" in found["heard"][0]


def test_an_engine_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next engine trains and one warning says why; asked for by name, it is refused with the reason."""
    loading.loaded.cache_clear()
    monkeypatch.setattr(contract, "ENGINES", {**ENGINES, "compiled": "rknet.engines.plain:Absent"})
    net, points = RK4Net(2, 3, 2, 1), draw("donut_2D", 20)
    with pytest.warns(RuntimeWarning, match="the engine Absent of rknet.engines.plain is left out: .*AttributeError"):
        assert fit(net, points, points, Protocol(epochs=1)).engine == "torch"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert engine_for(net, Protocol())[0] == "torch"
        with pytest.raises(ValueError, match="got 'compiled', but it cannot be loaded .*no attribute 'Absent'"):
            engine_for(net, Protocol(), "compiled")


# Interrupts.

INTERRUPTED = """
import importlib.abc, json, signal, sys, rknet
from rknet.contract import engine_for

class Interrupt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in WHEN:
            WHEN.remove(name)
            signal.raise_signal(signal.SIGINT)

WHEN = {"numba.core.ir", "numba.np.arrayobj", "rknet.engines.compiled.kernels"}
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupt())
try:
    engine_for(rknet.RK4Net(2, 3, 2, 2), rknet.Protocol())
    interrupted = False
except KeyboardInterrupt:
    interrupted = True
"""


def test_an_interrupt_while_numba_is_imported(tmp_path: Path) -> None:
    """Ctrl-C arrives once the import has ended, and the engine computes afterwards."""
    script = INTERRUPTED + LOGIT.replace('"path"', '"left": sorted(WHEN), "interrupted": interrupted, "path"')
    found = result(start(script, tmp_path))
    assert found["interrupted"] and found["left"] == []
    assert found["logit"] == result(start(LOGIT, tmp_path))["logit"]
