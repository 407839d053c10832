"""Many records in one typed, compressed table: an Apache Parquet file for each experiment, a row for each run.

``pandas.read_parquet("results/study-map.parquet")`` reads one.  A row loses nothing of its record: every leaf of the
record is a column, `records_in` puts them together again, and the checksum that the record had as a file still holds.
A column is called by the end of the leaf's path, as far as that is unique (``L``, ``seed``, ``best 40.regret``); the
whole paths stand in the file's metadata.  Columns that the record only implies, such as ``parameters``, have none.
"""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rknet import files
from rknet.study import records
from rknet.study.records import Record, Run

SUFFIX = ".parquet"

Path_ = tuple[str, ...]
"""The keys that lead to a leaf of a record."""

PREFIXES = (("run", "configuration", "protocol"), ("run", "configuration"), ("run",), ("results",), ("circumstances",))
"""What a column's name leaves out."""

NUMBERS = ("nan", "inf", "-inf")
"""How a record spells floats that JSON lacks; a table has them as floats."""

CHECKSUM = "checksum"


def pack(path: Path, found: Mapping[Run, Record]) -> None:
    """Write the records of one experiment's runs as a table, in one step.

    Raises
    ------
    ValueError
        If a record would not be the same after it was read back; nothing is written then.
    """
    pa, pq = _arrow()
    leaves = [dict(_leaves(record)) for record in found.values()]
    paths = list(dict.fromkeys(path for row in leaves for path in row))
    names = _names(paths)
    columns = {name: [_typed(row.get(path)) for row in leaves] for path, name in names.items()}
    implied = {
        "parameters": [run.configuration.parameters for run in found],
        "evaluations": [run.configuration.evaluations for run in found],
        CHECKSUM: [records.checksum(record) for record in found.values()],
    }
    try:
        table = pa.table({**columns, **implied})
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ValueError(f"records: must have values of one type in a column, got {error}; pack fewer") from None
    always = {name: all(path in row for row in leaves) for path, name in names.items()}
    stated = {"paths": json.dumps({name: [always[name], *path] for path, name in names.items()})}
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(stated), buffer, compression="zstd", compression_level=19)
    try:
        same = list(records_in(buffer.getvalue())) == list(found.values())
    except ValueError:
        same = False
    if not same:
        raise ValueError(
            f"records: must read back as they are, got some for {path.name} that would not; keep them as files"
        )
    files.write(path, buffer.getvalue())


def records_in(content: bytes) -> Iterator[Record]:
    """The records of a table, in its order.

    Raises
    ------
    ValueError
        If the file is no table of records, or a record does not have the checksum that stands beside it.
    """
    pa, pq = _arrow()
    try:
        table = pq.read_table(io.BytesIO(content), use_threads=False)
        paths = json.loads((table.schema.metadata or {})[b"paths"])
        sums, columns = table[CHECKSUM].to_pylist(), {name: table[name].to_pylist() for name in paths}
    except (KeyError, ValueError, OSError, pa.ArrowException) as error:
        raise ValueError(f"no table of records ({error})") from None
    for index, stated in enumerate(sums):
        record: Record = {}
        for name, (always, *path) in paths.items():
            value = columns[name][index]
            if always or value is not None:  # where some records lack a leaf, null says that this one does
                _put(record, path, _plain(value))
        if records.checksum(record) != stated:
            raise ValueError(f"edited or damaged: the checksum of row {index} does not hold")
        yield record


@functools.lru_cache(maxsize=32)
def _index(path: Path, changed: int) -> dict[tuple[str, int], Record]:
    return {(record["run"]["row"], record["run"]["seed"]): record for record in records_in(path.read_bytes())}


def seeds(path: Path) -> set[int]:
    """The seeds of which a table has a row."""
    return {seed for _, seed in _index(path, path.stat().st_mtime_ns)} if path.is_file() else set()


def missing(path: Path, found: Mapping[Run, Record]) -> int:
    """How many rows a table has that are not among the records that are found."""
    kept = {(run.row, run.seed) for run in found}
    return len(_index(path, path.stat().st_mtime_ns).keys() - kept) if path.is_file() else 0


def lookup(path: Path, run: Run) -> Record | None:
    """The record of a run in a table; None where there is no table, or no such row.  ValueError as for `records_in`."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _index(path, changed).get((run.row, run.seed))


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise ValueError(
            "pyarrow: must be installed to read or write packed records, got no such module; run: "
            "pip install 'rknet[ledger]'"
        ) from None
    return pyarrow, pyarrow.parquet


def _leaves(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """The leaves of nested dicts with their paths; an empty dict is a leaf."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _leaves(part, (*path, key))
    else:
        yield path, value


def _put(record: Record, path: Iterable[str], value: Any) -> None:
    *parents, last = path
    for key in parents:
        record = record.setdefault(key, {})
    record[last] = value


def _names(paths: Iterable[Path_]) -> dict[Path_, str]:
    """A name for each path: what follows a known prefix, or the whole if another has that name."""
    names: dict[Path_, str] = {}
    taken = {"parameters", "evaluations", CHECKSUM}
    for path in paths:
        prefix = next((p for p in PREFIXES if path[: len(p)] == p and len(path) > len(p)), ())
        name = ".".join(path[len(prefix) :])
        name = ".".join(path) if name in taken else name
        taken.add(name)
        names[path] = name
    return names


def _typed(value: Any) -> Any:
    """A leaf as a column has it: numbers that JSON cannot write as floats."""
    if isinstance(value, str) and value in NUMBERS:
        return float(value)
    if isinstance(value, list) and any(isinstance(one, str) and one in NUMBERS for one in value):
        return [_typed(one) for one in value]
    return value


def _plain(value: Any) -> Any:
    """A value as a record has it."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return records.written(value) if isinstance(value, float) else value
