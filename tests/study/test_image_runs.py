"""Runs on images: what their records say, when they are current, and what verification can ask of them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rknet import Protocol
from rknet.data import images
from rknet.data.images import IMAGES, fingerprint
from rknet.study import packed, records, runner, verification
from rknet.study.cli import main
from rknet.study.configuration import Configuration
from rknet.study.experiments import EXPERIMENTS, Experiment
from rknet.study.paper import printed
from rknet.study.records import Record, Run
from rknet.study.runner import compute, runs_of, sweep
from rknet.study.store import Store
from rknet.study.tables import table
from rknet.study.verification import FINAL_TOLERANCE, ROUNDING, compare, final_tolerance, verify
from rknet.versions import VERSIONS, versions_of

ROWS = {
    f"{net}, {data}": Configuration(data, net, 784, 1, protocol=Protocol(epochs=1, tolerance=0.1), samples=20)
    for net, data in (("StandardNet", "MNIST"), ("StandardNet", "FashionMNIST"), ("EulerNet", "FashionMNIST"))
}
EXPERIMENT = Experiment("small nets on images", "nowhere", ROWS, repetitions=2)
RUNS = [Run("small-images", row, configuration, seed) for row, configuration in ROWS.items() for seed in (0, 1)]
RUN = RUNS[2]
COSTS = 1e-5
"""Costs after an epoch: rounding to single precision."""


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The experiment is known, no original files are there, and the working directory is empty."""
    monkeypatch.setitem(EXPERIMENTS, "small-images", EXPERIMENT)
    monkeypatch.setenv("RKNET_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RKNET_OFFLINE", "1")
    for name, known in IMAGES.items():
        monkeypatch.setitem(IMAGES, name, replace(known, system=None))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def record() -> Record:
    """A record of a real run."""
    threads = torch.get_num_threads()
    made = compute(RUN, source="sample")
    torch.set_num_threads(threads)
    return made


@pytest.fixture
def kept(tmp_path: Path, record: Record) -> Store:
    """A store that has the record."""
    kept = Store(tmp_path / "results")
    kept.save(record)
    return kept


def original(record: Record) -> Record:
    """The record as if its images had come from the original files."""
    return changed(record, lambda new: new["run"]["images"].update(source="original", sha256="0" * 64))


def changed(record: Record, change: Callable[[Record], object]) -> Record:
    """A record with something else in it."""
    new = copy.deepcopy(record)
    change(new)
    return new


# ---- records


def test_a_record_says_which_images_it_had(record: Record) -> None:
    """Source and SHA-256 of the images drawn, that its bits are of one machine, and what those depend on."""
    train, validation = RUN.configuration.points(RUN.seed, source="sample")
    assert record["run"]["images"] == {"source": "sample", "sha256": fingerprint(train, validation)}
    assert record["run"]["exact"] is False
    assert record["run"]["versions"] == versions_of("layerwise")
    assert (record["circumstances"]["device"], record["circumstances"]["threads"]) == ("cpu", 1)
    assert records.decode(records.encode(record)) == record


def test_committed_records_of_points_are_as_they_were() -> None:
    """All of them are read, and say what they said before there were images."""
    results = Path(__file__).resolve().parents[2] / "results"
    expected = {"configuration", "engine", "experiment", "row", "seed", "versions"}
    read = 0
    tables = [results / f"{name}.parquet" for name in EXPERIMENTS]
    for committed in (record for path in tables if path.exists() for record in packed.records_in(path.read_bytes())):
        if committed["run"]["configuration"]["data"] not in IMAGES:
            assert set(committed["run"]) == expected
            assert set(committed["circumstances"]) == {"finished", "processor", "seconds", "versions"}
            read += 1
    assert read >= 2500


def test_a_new_record_of_points_has_the_same_format() -> None:
    """Nothing about images is in it."""
    configuration = Configuration("squares", "StandardNet", 2, 1, protocol=Protocol(epochs=1), samples=20)
    threads = torch.get_num_threads()
    made = compute(Run("small", "squares", configuration, 0))
    torch.set_num_threads(threads)
    assert set(made["run"]) == {"configuration", "engine", "experiment", "row", "seed", "versions"}
    assert set(made["circumstances"]) == {"finished", "processor", "seconds", "versions"}
    assert made["run"]["versions"] == versions_of(made["run"]["engine"])


# ---- store and sweep


def test_another_source_of_images_is_computed_again_when_asked_for(kept: Store, record: Record) -> None:
    """`auto` takes what is there, like `auto` for engines."""
    assert kept.find(RUN).current and kept.find(RUN, source="sample").current
    assert kept.find(RUN, source="original").problem == "made from the source sample"
    kept.save(original(record))
    assert kept.find(RUN).current
    assert kept.find(RUN, source="sample").problem == "made from the source original"


def test_another_version_of_its_engine_makes_a_record_old(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of another engine does not."""
    monkeypatch.setitem(VERSIONS, "compiled", 99)
    assert kept.find(RUN).current
    monkeypatch.setitem(VERSIONS, "layerwise", 99)
    assert kept.find(RUN).problem == "made by another version"


def test_a_sweep_decides_once_where_images_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` never reaches a worker, so no two of them can take different images."""
    asked: list[str] = []
    from rknet.study import runner

    def spy(tasks: list, **options: object) -> list[Record]:
        asked.extend(source for _, _, source, *_ in tasks)
        return []

    monkeypatch.setattr(runner, "execute", spy)
    sweep(RUNS, Store(tmp_path / "store"), progress=False)
    assert asked == ["sample"] * len(RUNS)


def test_a_sweep_whose_images_cannot_be_had_computes_nothing(tmp_path: Path) -> None:
    """The reason comes before any run."""
    with pytest.raises(ValueError, match=r"source: must be one that can be had, got 'original', but MNIST's files"):
        sweep(RUNS, Store(tmp_path / "store"), source="original", progress=False)
    assert not (tmp_path / "store").exists()


def test_a_graphics_card_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before any image is looked for; what is stored needs none."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(images, "load", pytest.fail)
    with pytest.raises(ValueError, match=r"device: must be one that PyTorch finds, got 'cuda'; install a build of"):
        sweep(RUNS, Store(tmp_path / "store"), device="cuda", progress=False)
    with pytest.raises(ValueError, match=r"device: must be a known name, got 'gpu'; choose from cpu, cuda"):
        sweep(RUNS, Store(tmp_path / "store"), device="gpu", progress=False)


def test_points_are_not_for_a_graphics_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their bits are those of every processor."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(
        ValueError, match=r"device: must be 'cpu' for runs on points, .* got 'cuda' for .*; leave it out"
    ):
        sweep(runs_of("depth", [0]), Store(tmp_path / "store"), device="cuda", progress=False)


def test_the_device_reaches_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is trained there."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    asked: list[str] = []

    def spy(self: Configuration, seed: int, *, device: str, **options: object) -> None:
        asked.append(device)
        raise InterruptedError

    monkeypatch.setattr(Configuration, "train", spy)
    with pytest.raises(InterruptedError):
        sweep([RUN], Store(tmp_path / "store"), device="cuda", progress=False)
    assert asked == ["cuda"]


def test_runs_share_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nets of one architecture are trained in a stack, here by Triton's interpreter; a run without a like, alone.

    Their numbers are those of the processor to rounding, and the records say what computed them.
    """
    shared_card = pytest.importorskip("rknet.study.shared_card", reason="Triton is there for Linux only")
    asked: list[tuple[str, int]] = []

    def on_the_processor(nets: list, *given: object, device: str, **options: object) -> object:
        asked.append((device, len(nets)))
        return together.fit_together(nets, *given, device="cpu", **options)

    together = pytest.importorskip("rknet.engines.layerwise.together")
    monkeypatch.setattr(shared_card, "fit_together", on_the_processor)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    alone: list[tuple] = []
    monkeypatch.setattr(runner, "execute", lambda tasks, **_: alone.extend(tasks) or [])
    few = [replace(run, configuration=replace(run.configuration, samples=5)) for run in RUNS]  # a step each
    store, runs = Store(tmp_path / "store"), [few[0], few[2], few[4]]
    summary = sweep(runs, store, device="cuda", source="sample", progress=False)
    assert asked == [("cuda", 2)] and [task[0] for task in alone] == [few[4]]
    assert few[4].row.startswith("EulerNet") and summary.computed == 3
    for run in runs[:2]:
        record = store.find(run).record
        assert record is not None
        told = record["circumstances"]
        assert (told["together"], record["run"]["engine"]) == (2, "layerwise") and told["versions"]["triton"]
        _, history = run.configuration.train(run.seed, source="sample", engine="torch")
        np.testing.assert_allclose(records.history(record).val_cost, history.val_cost, rtol=0, atol=COSTS)


@pytest.mark.parametrize(
    ("change", "engine"),
    [
        ({"d_hat": 784, "samples": 21}, "auto"),
        ({"activation": "relu"}, "auto"),
        ({}, "torch"),
        ({"lift": "learned"}, "layerwise"),
    ],
)
def test_what_a_stack_cannot_train_has_the_card_alone(change: dict, engine: str) -> None:
    """A rest of a batch, another activation, another engine, a trained lift."""
    shared_card = pytest.importorskip("rknet.study.shared_card", reason="Triton is there for Linux only")
    assert shared_card.can_share(RUN)
    assert not shared_card.can_share(replace(RUN, configuration=replace(RUN.configuration, **change)), engine)


def test_a_large_group_is_split() -> None:
    """No more nets in a stack than the card holds."""
    shared_card = pytest.importorskip("rknet.study.shared_card", reason="Triton is there for Linux only")
    sizes = [len(stack) for stack in shared_card.groups(runs_of("images"), 3)]
    assert sum(sizes) == 28 and max(sizes) == 3


def test_a_record_is_computed_again_on_the_device_named(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of the processor may be compared with a card."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    asked: list[str] = []
    monkeypatch.setattr(verification, "execute", lambda tasks, **_: asked.extend(task[-1] for task in tasks) or [])
    assert list(verify([RUN], kept, device="cuda", progress=False)) == []
    assert asked == ["cuda"]


# ---- verification


def test_a_record_of_this_machine_holds_to_the_bit(kept: Store) -> None:
    """The same machine gives the same weights."""
    (verdict,) = verify([RUN], kept, progress=False)
    assert verdict.same and verdict.words.startswith("same weights ")


def moved(cost: float = 0.0, accuracy: float = 0.0) -> Callable[[Record], None]:
    """A run of another machine: other weights, a cost before training and a last accuracy that are a little off."""

    def change(record: Record) -> None:
        results = record["results"]
        results["weights"] = f"{cost} {accuracy}"
        results["history"]["val_cost"][0] *= 1 + cost
        results["final"]["val_accuracy"] = 0.5 + accuracy

    return change


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (moved(), True),
        (moved(cost=0.5 * ROUNDING), True),
        (moved(cost=-0.5 * ROUNDING, accuracy=0.9 * FINAL_TOLERANCE), True),
        (moved(cost=2 * ROUNDING), False),
        (moved(accuracy=-1.1 * FINAL_TOLERANCE), False),
    ],
)
def test_another_machine_s_record_holds_within_tolerances(
    record: Record, change: Callable[[Record], None], same: bool
) -> None:
    """Cost before training to rounding, accuracy in the end to what repetitions differ by."""
    new = changed(changed(record, moved()), lambda new: new["results"].update(weights="those of this machine"))
    verdict = compare(RUN, changed(record, change), new)
    assert verdict.same is same
    assert verdict.words.startswith("same images, other bits; cost before training ")


@pytest.mark.parametrize(("net", "data", "sd"), [("StandardNet", "FashionMNIST", 6.00), ("EulerNet", "MNIST", 0.48)])
def test_tolerance_follows_the_printed_spread(net: str, data: str, sd: float) -> None:
    """Standard deviations of Table 6; the difference of two repetitions has the square root of two times as much."""
    (run,) = (run for run in runs_of("images", [0]) if (run.configuration.net, run.configuration.data) == (net, data))
    assert final_tolerance(run) == pytest.approx(3 * (2 * sd**2) ** 0.5 / 100)
    assert final_tolerance(RUN) == FINAL_TOLERANCE


def test_other_images_are_no_comparison(record: Record) -> None:
    """However close the numbers are."""
    verdict = compare(RUN, changed(original(record), moved()), record)
    assert (verdict.same, verdict.words) == (False, "other images")


def test_tolerances_are_for_images_only(record: Record) -> None:
    """A run on points must give its bits."""
    run = replace(RUN, configuration=Configuration("squares", "RK4Net", 2, 1))
    assert not compare(run, changed(record, moved()), record).same


def test_a_record_whose_images_are_not_here(kept: Store, record: Record) -> None:
    """It is told what would be needed, and the other runs are verified."""
    kept.save(original(record))
    (verdict,) = verify([RUN], kept, progress=False)
    assert verdict.same is None
    assert verdict.words.startswith("cannot be computed here: source: must be one that can be had, got 'original'")


# ---- tables and the command line


def test_a_table_says_where_images_came_from(kept: Store, record: Record) -> None:
    """One source, or two that should not be averaged."""
    assert table("small-images", kept).splitlines()[-1] == "FashionMNIST: images from the source sample"
    other = original(record)
    kept.save({**other, "run": {**other["run"], "seed": 1}})
    assert table("small-images", kept).splitlines()[-1] == "FashionMNIST: images from the source original and sample"


def test_tables_5_and_6_before_any_run(tmp_path: Path) -> None:
    """Every row says that it has not been run, beside what the paper prints; nothing is filled in."""
    shown = table("images", Store(tmp_path / "nothing")).splitlines()
    assert shown[1] == "not run yet: rknet run images"
    for row, configuration in EXPERIMENTS["images"].rows.items():
        accuracy, cost = (line for line in shown if line.startswith(f"{row} "))
        statistics = printed("images", configuration)
        for line, quantity in ((accuracy, "accuracy"), (cost, "cost")):
            assert line.count("not run yet") == 2
            for half in ("train", "val"):
                cell = statistics.get(f"{half}_{quantity}")
                assert cell is None or f"not run yet {cell[0]:.2f} ± {cell[1]:.2f}" in " ".join(line.split())
        assert f"{configuration.parameters}" in accuracy


def test_the_command_line_runs_shows_and_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    """Some rows only, with the source named; verification takes the record's own source."""
    some = ["small-images", "--rows", "StandardNet", "--seeds", "0", "--jobs", "1"]
    assert main(["run", *some, "--source", "sample"]) == 0
    assert capsys.readouterr().out.startswith("2 runs computed, 0 found in results")
    assert main(["table", "small-images"]) == 0
    shown = capsys.readouterr().out
    assert "MNIST: images from the source sample" in shown
    assert [line for line in shown.splitlines() if line.startswith("EulerNet") and "not run yet" in line]
    assert main(["verify", *some]) == 0
    assert capsys.readouterr().out.endswith("2 of 2 runs give what their records state\n")


def test_the_experiments_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """With the weights of each row: 100 layers of 900 x 901, and a classifier."""
    assert main(["list", "images", "images-deep"]) == 0
    shown = capsys.readouterr().out
    assert "7 rows x 4 repetitions" in shown and "2 rows x 4 repetitions" in shown
    (row,) = [line for line in shown.splitlines() if "RK4Net, d_hat = 900, L = 100, FashionMNIST" in line]
    assert re.search(r"FashionMNIST +81099010 parameters, 400 evaluations of f per sample$", row)


@pytest.mark.parametrize("group", ["points", "all"])
def test_groups_of_experiments(group: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`points` leaves out what takes hours; with a name of its own each is taken once."""
    assert main(["table", group, "depth", "--store", str(tmp_path / "nothing")]) == 0
    shown = re.findall(r"^([a-z-]+): .* \(", capsys.readouterr().out, re.MULTILINE)
    on_images = {"images", "images-deep", "convolution", "small-images"}
    assert shown == [name for name in EXPERIMENTS if group == "all" or name not in on_images]


def test_unknown_rows_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, with the remedy."""
    assert main(["run", "small-images", "--rows", "ResNet"]) == 2
    message = "rknet: rows: must be in a row's label, got 'ResNet'; see them: rknet list small-images\n"
    assert capsys.readouterr().err == message


def test_a_source_that_is_not_here_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and nothing is computed."""
    assert main(["run", "small-images", "--jobs", "1", "--source", "original"]) == 2
    assert "got 'original', but MNIST's files are not in" in capsys.readouterr().err
    assert images._failed == {}
