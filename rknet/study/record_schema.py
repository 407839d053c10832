"""How a record is laid out: `check` refuses one of another shape, whatever its checksum says."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from rknet.checks import shown
from rknet.decoding import convert

Number = float | Literal["nan", "inf", "-inf"]
Curve = Annotated[list[Number], msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class _Images(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    sha256: Hash


class _Run(msgspec.Struct, forbid_unknown_fields=True):
    experiment: str
    row: str
    seed: Count
    configuration: dict[str, Any]
    engine: str
    versions: dict[str, int]
    images: _Images | msgspec.UnsetType = msgspec.UNSET
    exact: bool | msgspec.UnsetType = msgspec.UNSET


class _Final(msgspec.Struct, forbid_unknown_fields=True):
    train_cost: Number
    train_accuracy: Number
    val_cost: Number
    val_accuracy: Number


class _History(msgspec.Struct, forbid_unknown_fields=True):
    train_cost: Curve
    train_accuracy: Curve
    val_cost: Curve
    val_accuracy: Curve


class _Results(msgspec.Struct, forbid_unknown_fields=True):
    epochs: Count
    ended: Literal["epochs", "early", "diverged"]
    final: _Final
    history: _History
    weights: Hash


class _Test(msgspec.Struct, forbid_unknown_fields=True):
    epoch: Count
    regret: float
    error: float
    train_cost: Number
    train_accuracy: Number
    val_cost: Number
    val_accuracy: Number


class _Tested(msgspec.Struct, forbid_unknown_fields=True):
    epochs: Count
    ended: Literal["epochs", "early", "diverged"]
    final: _Final
    tests: dict[str, _Test]
    weights: Hash


class _Chosen(msgspec.Struct, forbid_unknown_fields=True):
    chosen: dict[str, Any]
    tried: Count
    train_accuracy: float
    val_accuracy: float
    regret: float
    error: float
    answers: Hash


class _Circumstances(msgspec.Struct):  # more of them may be stated: they decide nothing
    finished: str
    processor: str
    seconds: float
    versions: dict[str, str]
    device: str | msgspec.UnsetType = msgspec.UNSET
    threads: Count | msgspec.UnsetType = msgspec.UNSET
    together: Count | msgspec.UnsetType = msgspec.UNSET


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    run: _Run
    results: _Results
    circumstances: _Circumstances


class _TestedRecord(_Record, forbid_unknown_fields=True):
    results: _Tested  # type: ignore[assignment]  # instead of curves


class _ChosenRecord(_Record, forbid_unknown_fields=True):
    results: _Chosen  # type: ignore[assignment]  # instead of curves


KINDS: dict[str, type[_Record]] = {"tests": _TestedRecord, "chosen": _ChosenRecord}
"""The layouts of records without curves, by what their results hold instead."""


def check(record: Any) -> None:
    """ValueError, in a few words, unless plain values are laid out as a record is."""
    stated = record.get("results")
    kind = next((KINDS[name] for name in KINDS if isinstance(stated, dict) and name in stated), _Record)
    results = convert(record, kind).results
    if kind is not _Record:
        return
    for name, curve in msgspec.structs.asdict(results.history).items():
        if len(curve) != results.epochs + 1:
            raise ValueError(f"results.history.{name}: expected {shown(results.epochs)} + 1 numbers, got {len(curve)}")
        if curve[-1] != getattr(results.final, name):
            raise ValueError(f"results.final.{name}: expected the last number of the history")
