"""The claims of the paper as `claims.yml` states them; what its entries mean is said at the top of that file."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec.structs import asdict

from rknet import files
from rknet.checks import choose
from rknet.decoding import convert
from rknet.study.experiments import EXPERIMENTS
from rknet.study.ledger.measurements import MEASUREMENTS, Measurement
from rknet.study.ledger.quantities import QUANTITIES, Quantity
from rknet.study.ledger.statistics import ESTIMATES
from rknet.study.paper import STATISTICS, printed
from rknet.study.store import slug

CLAIMS = Path(__file__).resolve().with_name("claims.yml")
PREDICTIONS = CLAIMS.with_name("predictions.yml")

NUMBERS: dict[str, Quantity | Measurement] = {**QUANTITIES, **MEASUREMENTS}
"""What a claim can ask of a run, by name."""

Rows = tuple[str, ...]
"""EXPERIMENT/ROW, once or for two nets that are measured together."""


@dataclass(frozen=True)
class Region:
    """Numbers between low and high."""

    low: float = -float("inf")
    high: float = float("inf")

    @classmethod
    def of(cls, ends: Iterable[float | None]) -> Region:
        """The region of a list [low, high], where None stands for no limit."""
        low, high = ends
        return cls(-float("inf") if low is None else float(low), float("inf") if high is None else float(high))


@dataclass(frozen=True)
class Cell:
    """A number in a table: the mean of a quantity over four runs of a row, or its standard deviation.

    `seeds` are those that decide, None for those of `Claims`.
    """

    id: str
    where: str
    row: str
    quantity: str
    printed: float | None
    sd: float | None = None
    of_sd: bool = False
    skewed: bool = False
    seeds: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Part:
    """One number of a sentence and where it should lie."""

    quantities: tuple[str, ...]
    of: tuple[Rows, ...]
    minus: tuple[Rows, ...] | float = 0.0
    only: Mapping[str, Region] = field(default_factory=dict)
    statistic: str = "mean"
    within: Region = Region()

    @property
    def rows(self) -> list[str]:
        """All rows that the sentence refers to, without repetition."""
        minus = self.minus if isinstance(self.minus, tuple) else ()
        return list(dict.fromkeys(row for rows in (*self.of, *minus) for row in rows))


@dataclass(frozen=True)
class Sentence:
    """A sentence of the paper with its rule; a reason in place of parts says why it cannot be tested.

    `trivial` says why nets that have learned nothing may pass the rule, where they do.  `seeds` are those that decide,
    None for those of `Claims`.
    """

    id: str
    where: str
    says: str
    rule: str = ""
    parts: tuple[Part, ...] = ()
    reason: str = ""
    trivial: str = ""
    seeds: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Claims:
    """All claims, the seeds that decide where a claim names no others, and the level of confidence."""

    seeds: tuple[int, ...]
    level: float
    tables: Mapping[str, tuple[Cell, ...]]
    sentences: tuple[Sentence, ...]


Seeds = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,9}-[0-9]{1,9}$")]
OwnSeeds = Annotated[str, msgspec.Meta(pattern="^([0-9]{1,9}-[0-9]{1,9})?$")]


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    where: str
    experiment: str
    rows: list[str] = []
    half: str = ""
    quantity: str = ""
    skewed: list[str] = []
    seeds: OwnSeeds = ""


class _Claim(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    where: str
    says: str
    rule: str = ""
    parts: list[dict[str, Any]] = []
    reason: str = ""
    trivial: str = ""
    seeds: OwnSeeds = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    seeds: Seeds
    level: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    tables: list[_Table]
    claims: list[_Claim]


def read(path: Path = CLAIMS) -> Claims:
    """The claims of a file.  ValueError names the claim if an entry, a row or a quantity is unknown."""
    try:
        whole = convert(yaml.safe_load(files.read(path)), _File)
    except (yaml.YAMLError, ValueError) as error:
        said = " ".join(str(error).split())
        raise ValueError(f"{path}: must follow its head, got {said}; correct it") from None
    tables = {table.id: tuple(_cells(**asdict(table))) for table in whole.tables}
    sentences = tuple(_sentence(**asdict(entry)) for entry in whole.claims)
    ids = [cell.id for cells in tables.values() for cell in cells] + [sentence.id for sentence in sentences]
    for name in ids:
        if ids.count(name) > 1:
            raise ValueError(f"id: must be unlike all others, got {name!r} twice; rename one")
    return Claims(_seeds(whole.seeds), whole.level, tables, sentences)


def _seeds(text: str) -> tuple[int, ...]:
    """The seeds that a text such as ``4-23`` names."""
    first, last = map(int, text.split("-"))
    return tuple(range(first, last + 1))


def _cells(
    id: str,
    where: str,
    experiment: str,
    rows: Iterable[str] = (),
    half: str = "",
    quantity: str = "",
    skewed: Iterable[str] = (),
    seeds: str = "",
) -> Iterator[Cell]:
    deciding = _seeds(seeds) if seeds else None
    known = choose("experiment", experiment, EXPERIMENTS).rows
    for row in skewed:
        choose("skewed", row, known)
    for row in rows or known:
        cells = printed(experiment, choose("rows", row, known))
        shown = (name for name in STATISTICS if name.startswith(half) and name.endswith(quantity))
        for statistic in filter(cells.__contains__, shown):
            name = "-".join([id, slug(row), *statistic.split("_")])
            mean, sd = cells[statistic]
            place = f"{experiment}/{row}"
            yield Cell(name, where, place, statistic, mean, sd, skewed=row in skewed, seeds=deciding)
            if sd is not None:
                yield Cell(f"{name}-sd", where, place, statistic, sd, of_sd=True, seeds=deciding)


def _sentence(
    id: str,
    where: str,
    says: str,
    rule: str = "",
    parts: Iterable[Any] = (),
    reason: str = "",
    trivial: str = "",
    seeds: str = "",
) -> Sentence:
    if bool(rule and parts) == bool(reason):
        raise ValueError(f"claim {id}: must have a rule with parts, or a reason, got {'both' if rule else 'neither'}")
    try:
        made = tuple(p for part in parts for p in _parts(part))
        return Sentence(id, where, says, rule, made, reason, trivial, _seeds(seeds) if seeds else None)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"claim {id}: must follow the head of {CLAIMS.name}, got {error}; correct it") from error


def _parts(entry: Mapping[str, Any]) -> Iterator[Part]:
    for values in _combinations(entry.get("for", {})):
        yield _part(**_filled({key: value for key, value in entry.items() if key != "for"}, values))


def _part(
    quantity: str | list[str],
    of: str | list[str],
    minus: str | list[str] | float = 0.0,
    only: Mapping[str, Any] | None = None,
    over: Mapping[str, list[Any]] | None = None,
    statistic: str = "mean",
    within: list[float | None] | None = None,
) -> Part:
    if within is None:
        raise ValueError("a part without the region within which it should lie")
    quantities = (quantity,) if isinstance(quantity, str) else tuple(quantity)
    for name in quantities:
        choose("quantity", name, NUMBERS)
    choose("statistic", statistic, ESTIMATES)
    part = Part(
        quantities,
        tuple(_rows(_filled(of, values)) for values in _combinations(over or {})),
        float(minus)
        if isinstance(minus, (int, float))
        else tuple(_rows(_filled(minus, values)) for values in _combinations(over or {})),
        {name: Region.of(ends) for name, ends in (only or {}).items()},
        statistic,
        Region.of(within),
    )
    for row in part.rows:
        configuration_of(row)
    return part


def configuration_of(place: str) -> Any:
    """The configuration that EXPERIMENT/ROW names.  ValueError if there is none."""
    experiment, _, row = place.partition("/")
    return choose("row", row, choose("experiment", experiment, EXPERIMENTS).rows)


def _rows(of: str | list[str]) -> Rows:
    return (of,) if isinstance(of, str) else tuple(of)


def _combinations(choices: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


class _Kept(dict[str, Any]):
    """A mapping for `str.format_map` that leaves unknown names in braces."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _filled(entry: Any, values: Mapping[str, Any]) -> Any:
    """An entry with the values filled into all its texts."""
    if isinstance(entry, str):
        return entry.format_map(_Kept(values)) if values else entry
    if isinstance(entry, Mapping):
        return {key: _filled(value, values) for key, value in entry.items()}
    return [_filled(value, values) for value in entry] if isinstance(entry, list) else entry
