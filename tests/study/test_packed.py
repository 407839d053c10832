"""Packed records: nothing is lost, nothing is made up, and whatever is damaged is found out."""

from __future__ import annotations

import json
from pathlib import Path

import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from small import RUNS

from rknet.__main__ import main
from rknet.study import packed, records
from rknet.study.records import Record, Run
from rknet.study.runner import compute
from rknet.study.store import Store
from rknet.study.verification import verify


@pytest.fixture(scope="module")
def found() -> dict[Run, Record]:
    """Records of small runs; one of them states more, and has a cost that is not finite."""
    threads = torch.get_num_threads()
    made = {run: compute(run) for run in RUNS}
    torch.set_num_threads(threads)
    odd = made[RUNS[1]]
    odd["results"]["history"]["val_cost"][-1] = odd["results"]["final"]["val_cost"] = "nan"
    odd["circumstances"] |= {"threads": 1, "device": "cpu"}
    odd["results"]["history"]["train_cost"][0] = "inf"
    return made


def test_records_come_back_as_they_were(found: dict[Run, Record], tmp_path: Path) -> None:
    """Every leaf, its type and its order, where it is missing, None, or not finite: the text is the same."""
    path = tmp_path / "small.parquet"
    packed.pack(path, found)
    back = list(packed.records_in(path.read_bytes()))
    assert [records.encode(record) for record in back] == [records.encode(record) for record in found.values()]
    for run, record in found.items():
        assert packed.lookup(path, run) == record
        assert type(packed.lookup(path, run)["run"]["configuration"]["h"]) is float
    assert packed.lookup(path, Run("small", "no such row", RUNS[0].configuration, 0)) is None
    assert packed.lookup(tmp_path / "none.parquet", RUNS[0]) is None


def test_pandas_reads_it_in_a_line(found: dict[Run, Record], tmp_path: Path) -> None:
    """Columns are typed and named as one would guess; a row has its configuration, hash and checksum."""
    packed.pack(tmp_path / "small.parquet", found)
    frame = pandas.read_parquet(tmp_path / "small.parquet")
    assert len(frame) == len(found)
    for (_, row), (run, record) in zip(frame.iterrows(), found.items(), strict=True):
        c = run.configuration
        assert (row["row"], row.seed, row.L, row.d_hat, row.h) == (run.row, run.seed, c.L, c.d_hat, c.h)
        assert (row.parameters, row.evaluations) == (c.parameters, c.evaluations)
        assert row.weights == record["results"]["weights"]
        assert row.checksum == json.loads(records.encode(record))["checksum"]
    assert frame["final.val_accuracy"].dtype == float and frame.L.dtype == int


def test_a_record_that_would_change_is_refused(found: dict[Run, Record], tmp_path: Path) -> None:
    """Whole numbers among others become floats, and None beside nothing is lost: neither is packed."""
    runs = list(found)[:2]
    for key, values in {"threads": (1, 1.5), "note": (None, ...)}.items():
        both = {run: json.loads(json.dumps(found[run])) for run in runs}
        for record, value in zip(both.values(), values, strict=True):
            record["circumstances"].pop("threads", None)
            if value is not ...:
                record["circumstances"][key] = value
        with pytest.raises(ValueError, match="records: must (have values of one type|read back as they are)"):
            packed.pack(tmp_path / "small.parquet", both)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("column", ["seed", "weights", "final.train_accuracy", "checksum"])
def test_an_edited_table_is_found_out(found: dict[Run, Record], tmp_path: Path, column: str) -> None:
    """Whatever is changed in a row, its checksum does not hold, and the store says so."""
    store = Store(tmp_path)
    packed.pack(store.table("small"), found)
    table = pq.read_table(store.table("small"))
    values = table[column].to_pylist()
    values[0] = values[0] + 1 if not isinstance(values[0], str) else "0" * 64
    place = table.schema.get_field_index(column)
    pq.write_table(table.set_column(place, table.schema.field(column), pa.array(values)), store.table("small"))
    assert store.find(RUNS[0]).problem == "edited or damaged: the checksum of row 0 does not hold"


@pytest.mark.parametrize("content", [b"", b"PAR1", b"{}"])
def test_what_is_no_table_is_told(tmp_path: Path, content: bytes) -> None:
    """A damaged file is a problem of each of its runs, not a traceback."""
    store = Store(tmp_path)
    store.table("small").write_bytes(content)
    assert "no table of records" in (store.find(RUNS[0]).problem or "")


def test_a_store_reads_tables_and_prefers_files(found: dict[Run, Record], tmp_path: Path) -> None:
    """What is packed counts as found and is verified like a file; a file of the run's own comes first."""
    store, run = Store(tmp_path), RUNS[0]
    packed.pack(store.table("small"), {run: found[run]})
    assert store.find(run).current and store.find(RUNS[2]).record is None and not store.empty()
    (verdict,) = verify([run], store, progress=False)
    assert verdict.same
    newer = json.loads(json.dumps(found[run]))
    newer["circumstances"]["seconds"] = 99.0
    store.save(newer)
    assert store.find(run).record == newer


def test_the_command_packs_and_loses_nothing(
    found: dict[Run, Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`rknet pack` tables what there is, adds to a table what has come since, and refuses what is damaged."""
    from small import EXPERIMENT

    from rknet.study.experiments import EXPERIMENTS

    monkeypatch.setitem(EXPERIMENTS, "small", EXPERIMENT)
    store = Store(tmp_path / "records")
    arguments = ["pack", "small", "--store", str(store.folder)]
    monkeypatch.setattr("sys.argv", ["rknet", *arguments])
    assert main() == 3
    for run in RUNS[:4]:
        store.save(found[run])
    capsys.readouterr()
    assert main() == 0
    assert capsys.readouterr().out == f"4 records in {store.table('small')}\n"
    for run in RUNS[:4]:
        store.path(run.experiment, run.row, run.seed).unlink()
    store.save(found[RUNS[4]])
    assert main() == 0
    assert [store.find(run).record for run in RUNS[:5]] == [found[run] for run in RUNS[:5]]
    assert store.find(RUNS[5]).record is None
    monkeypatch.setattr("sys.argv", ["rknet", *arguments, "--seeds", "0"])
    assert main() == 2
    assert "seeds: must include what" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["rknet", *arguments])
    path = store.path(RUNS[4].experiment, RUNS[4].row, RUNS[4].seed)
    path.write_text(path.read_text()[:-9])
    before = store.table("small").read_bytes()
    assert main() == 2
    assert "store: must hold records that are whole" in capsys.readouterr().err
    assert store.table("small").read_bytes() == before
