"""A strategy for everything that is public, for the commands, and for the readers of files."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from hypothesis import strategies as st
from matplotlib.figure import Figure

import rknet
from benchmarks import report
from rknet import ACTIVATIONS, LAWS, LIFTS, TABLEAUS, PointSet, Protocol, RKNet, StandardNet, adjoint, checks, plots
from rknet.checkpoint import Checkpoint
from rknet.data import audio, bayes, images, points, video
from rknet.estimator import RKNetClassifier
from rknet.exporting import to_onnx
from rknet.laboratories import (
    DigitLaboratory,
    FeatureLaboratory,
    FlowInSpace,
    SchemeLaboratory,
    TableauLaboratory,
    TrainingLaboratory,
)
from rknet.plain import to_json
from rknet.playground import Playground, exported
from rknet.protocol import LOSSES, OPTIMIZERS
from rknet.regressor import RKNetRegressor
from rknet.schedules import Cosine, Steps
from rknet.study import cache, pictures, records
from rknet.study.cli import main
from rknet.study.ledger import claims, evidence, judging
from rknet.study.records import Run
from rknet.study.store import Store
from rknet.training import check_fit
from rknet.variants.adaptive import AdaptiveNet
from rknet.variants.antisymmetric import AntisymmetricNet
from rknet.variants.controlled import ControlledConvolutionalNet, ControlledNet
from rknet.variants.controls import FunctionNet
from rknet.variants.implicit import AdjointNet
from rknet.variants.learned_steps import ODENet
from rknet.variants.splittings import HamiltonianNet
from tests import hostile
from tests.fuzz.machine import LINE, Strategy, Target

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results"

HELD = {
    f"rknet.{name}": "holds what the library has computed, and is made by it"
    for name in (
        *["History", "adjoint.Controls", "adjoint.Costates", "adjoint.LayerCostates", "adjoint.StageError"],
        *["adjoint.States", "adjoint.Transposed", "data.images.ImageSet", "data.images.Images", "data.images.Pool"],
    )
} | {
    "rknet.adjoint.AdjointFunction": "PyTorch calls it, for propagate",
    "rknet.adjoint.RightHandSide": "a protocol",
    "rknet.data.bayes.densities": "the part of probability that takes a law and points that were checked",
    "rknet.data.points.Arms": "the base of Spiral and Helix",
    "rknet.data.points.Law": "the base of all laws",
}
"""What is public and not tried by itself, and why."""


Targets = dict[str, Target]


@contextlib.contextmanager
def prepared(folder: Path) -> Iterator[None]:
    """No network, nobody else's folders, and nothing that takes more memory than a test may."""
    before, memory = dict(os.environ), checks.MEMORY
    os.environ |= {"RKNET_OFFLINE": "1", "RKNET_DATA": str(folder / "data"), "RKNET_CACHE": str(folder / "cache")}
    checks.MEMORY = 2**26
    try:
        yield
    finally:
        checks.MEMORY = memory
        os.environ.clear()
        os.environ |= before


def targets(folder: Path) -> Targets:
    """Every target by name; files are written into a folder."""
    more = {**_estimators(), **_plots()}
    beyond = {**_variants(), **_writers(folder)}
    return {
        **_nets(),
        **_points(),
        **_adjoint(),
        **_notebooks(),
        **more,
        **beyond,
        **_commands(folder),
        **_files(folder),
    }


# ---- what fits

SIZE = st.integers(1, 4)
SEED = st.integers(0, 9)
NUMBER = st.floats(0.01, 1.0)
STEPS = NUMBER | st.lists(NUMBER, min_size=3, max_size=3)
NAMES = {
    "activation": st.sampled_from(sorted(ACTIVATIONS)),
    "lift": st.sampled_from(sorted(LIFTS)),
    "law": st.sampled_from(sorted(LAWS)),
    "tableau": st.sampled_from(sorted(TABLEAUS)) | st.sampled_from(list(TABLEAUS.values())),
}
SCHEDULE = st.sampled_from(["constant", Steps(2), Cosine(3)])
ENTRY = st.text("0123456789/-+*. ()sqrt√", max_size=8) | st.integers(-9, 9) | st.sampled_from(["1/2", "sqrt(3)/6", 0.5])
TEXT = st.text("0123456789/-+*., ()sqrt√\n", max_size=20)


def floats(*shape: int) -> Strategy:
    """Arrays of a shape."""
    return SEED.map(lambda seed: np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


def tensors(*shape: int) -> Strategy:
    """Tensors of a shape."""
    return floats(*shape).map(torch.from_numpy)


SETS = st.builds(
    lambda X, c: PointSet(X, c, 2), floats(6, 2), st.lists(st.integers(0, 1), min_size=6, max_size=6).map(np.array)
)
NETS = st.builds(
    StandardNet, st.just(2), st.integers(2, 4), st.just(2), SIZE, activation=NAMES["activation"]
) | st.builds(
    RKNet, st.just(2), st.integers(2, 4), st.just(2), SIZE, tableau=st.sampled_from(["euler", "rk4", "midpoint"])
)
RNG = SEED.map(np.random.default_rng)


# ---- nets and training


def _nets() -> Targets:
    sizes = {"d": SIZE, "d_hat": st.integers(4, 6), "classes": st.integers(2, 4), "L": SIZE}
    options = {
        "activation": NAMES["activation"],
        "lift": NAMES["lift"],
        "train_classifier": st.booleans(),
        "seed": SEED,
    }
    found = {
        "rknet.Net": Target(rknet.Net, sizes | options),
        "rknet.StandardNet": Target(StandardNet, sizes | options),
        "rknet.EulerNet": Target(rknet.EulerNet, sizes | options | {"h": STEPS}),
        "rknet.RK4Net": Target(rknet.RK4Net, sizes | options | {"h": STEPS}),
        "rknet.RKNet": Target(RKNet, sizes | options | {"h": STEPS, "tableau": NAMES["tableau"]}),
        "rknet.ConvolutionalRKNet": Target(
            rknet.ConvolutionalRKNet,
            {
                "image": st.tuples(st.just(1), SIZE, SIZE),
                "channels": SIZE,
                "classes": st.integers(2, 4),
                "L": SIZE,
                "tableau": NAMES["tableau"],
                "kernel": st.sampled_from([1, 3]),
                "border": st.integers(0, 2),
                "pooled": st.booleans(),
            },
        ),
        "rknet.Tableau": Target(
            rknet.Tableau,
            {
                "name": st.text(max_size=4),
                "A": st.lists(st.lists(ENTRY, max_size=3), max_size=3),
                "beta": st.lists(ENTRY, max_size=3),
                "c": st.just(()) | st.lists(ENTRY, max_size=3),
            },
        ),
        "rknet.Protocol": Target(
            Protocol,
            {
                "epochs": SIZE,
                "batch_size": SIZE,
                "loss": st.sampled_from(sorted(LOSSES)),
                "optimizer": st.sampled_from(sorted(OPTIMIZERS)),
                "learning_rate": st.none() | NUMBER,
                "tolerance": NUMBER,
                "window": SIZE,
                "first_stop": SIZE,
                "weight_decay": NUMBER,
                "clip": st.none() | NUMBER,
                "schedule": SCHEDULE,
            },
        ),
        "rknet.fit": Target(
            lambda **given: rknet.fit(**given, progress=False),
            {
                "net": NETS,
                "train": SETS,
                "validation": SETS,
                "protocol": st.builds(Protocol, epochs=st.integers(1, 2)),
                "seed": SEED,
                "engine": st.sampled_from(["auto", "torch", "compiled", "layerwise"]),
            },
        ),
        "rknet.training.check_fit": Target(
            check_fit, {"net": NETS, "train": SETS, "validation": SETS, "protocol": st.builds(Protocol)}
        ),
        "rknet.lifts.name_of": Target(rknet.lifts.name_of, {"lift": NETS.map(lambda net: net.lift)}, spoiled=0),
    }
    for name in ("flow", "predict", "predict_proba"):
        found[f"rknet.Net.{name}"] = Target(
            lambda self, X, name=name: getattr(self, name)(X), {"self": NETS, "X": floats(3, 2)}
        )
    found["rknet.Tableau.stability"] = Target(
        lambda z: [TABLEAUS[name].stability(z) for name in ("rk4", "implicit_midpoint")],
        {"z": st.complex_numbers(max_magnitude=9) | floats(3)},
    )
    for cls in ("Lift", "ZeroPadding", "MatrixLift", "RandomLinear", "RandomOrthogonal", "LearnedLinear"):
        made = getattr(rknet.lifts, cls)
        lifted = {"d": SIZE, "d_hat": st.integers(4, 6), "rng": RNG}
        found[f"rknet.lifts.{cls}"] = Target(made, lifted, spoiled=0)
    return found


def _estimators() -> Targets:
    """Parameters of every kind; samples are scikit-learn's to check, in its words, and fit here."""
    X, c = np.random.default_rng(0).standard_normal((12, 2)), np.array([0, 1, 2] * 4)
    parameters = {
        "tableau": NAMES["tableau"] | st.none(),
        "d_hat": st.none() | st.integers(2, 4),
        "L": SIZE,
        "h": NUMBER,
        "activation": NAMES["activation"],
        "lift": NAMES["lift"],
        "epochs": st.integers(1, 2),
        "batch_size": SIZE,
        "optimizer": st.sampled_from(sorted(OPTIMIZERS)),
        "learning_rate": st.none() | NUMBER,
        "weight_decay": NUMBER,
        "clip": st.none() | NUMBER,
        "schedule": SCHEDULE,
        "early_stopping": st.booleans(),
        "validation_fraction": st.sampled_from([0.25, 0.5]),
        "tolerance": NUMBER,
        "warm_start": st.booleans(),
        "device": st.just("cpu"),
        "random_state": st.none() | SEED,
    }
    own = {
        RKNetClassifier: {"loss": st.sampled_from(sorted(LOSSES)), "class_weight": st.sampled_from([None, "balanced"])},
        RKNetRegressor: {},
    }

    def fitted(kind: type, options: dict[str, Any]) -> None:
        epochs = options["epochs"]
        if isinstance(epochs, int) and epochs > 50:  # a long training, not waited for, or one too long, to be refused
            options["epochs"] = max(epochs, 10**12)
        diverged = np.errstate(all="ignore")
        with diverged:
            model = kind(**options).fit(X, c)
            model.get_params(), repr(model)

    return {
        f"{kind.__module__}.{kind.__name__}": Target(
            lambda kind=kind, **options: fitted(kind, options), parameters | options, spoiled=1
        )
        for kind, options in own.items()
    } | {
        "rknet.schedules.Steps": Target(Steps, {"every": SIZE, "factor": NUMBER}),
        "rknet.schedules.Cosine": Target(Cosine, {"epochs": SIZE, "least": NUMBER}),
    }


def _plots() -> Targets:
    """Each function on axes of two dimensions; pictures are not drawn."""
    few = st.integers(2, 9)
    common = {"X": floats(6, 2), "c": st.just(np.array([0, 1] * 3))}
    flow = {"flow": floats(4, 6, 2), "c": common["c"]}
    plane = {"bound": NUMBER, "resolution": few}
    # What draws, and what it is given besides axes.
    drawing: dict[str, dict[str, Strategy]] = {
        "scatter": {**common, "size": NUMBER, "alpha": NUMBER},
        "input_space": {"bound": NUMBER},
        "prediction": {**common, **plane, "probability": st.just(lambda X: np.full((len(X), 2), 0.5))},
        "boundary": {**plane, "probability": st.just(lambda X: np.full((len(X), 2), 0.5))},
        "output_plane": {**common, "net": NETS, "resolution": few},
        "trajectories": {**flow, "points": few},
        "convergence": {"runs": st.just({}), "quantity": st.sampled_from(["accuracy", "cost"])},
        "image": {"x": floats(6), "truth": TEXT, "answer": st.none() | TEXT, "shape": st.just((2, 3))},
        "rooted_tree": {"tree": st.just(((), ((),))), "kinds": st.just("ypyp"), "unit": NUMBER, "size": NUMBER},
        "flow_animation": {**flow, "frames": few},
    }

    def draw(name: str, given: dict[str, Any]) -> None:
        figure = Figure()
        with np.errstate(all="ignore"):
            getattr(plots, name)(figure.add_subplot(), **given)

    def panels(**given: Any) -> None:
        try:
            plots.panels(**given)
        finally:
            plt.close("all")

    kinds = st.sampled_from(["2d", "3d"])
    found = {
        f"rknet.plots.{name}": Target(lambda name=name, **given: draw(name, given), arguments)
        for name, arguments in drawing.items()
    }
    projected = {"Y": floats(6, 3), "dimensions": st.integers(1, 3)}
    return found | {
        "rknet.plots.panels": Target(
            panels,
            {"kinds": st.lists(st.lists(kinds, min_size=1, max_size=2), max_size=2), "height": NUMBER, "width": NUMBER},
        ),
        "rknet.plots.select": Target(
            lambda i, Y: plots.select(i)(Y), {"i": st.integers(0, 2), "Y": floats(6, 3)}, spoiled=0
        ),
        "rknet.plots.principal": Target(plots.principal, projected | {"c": st.none() | common["c"]}),
        "rknet.plots.principal_flow": Target(
            plots.principal_flow, {"flow": floats(4, 6, 3), "dimensions": st.integers(1, 3)}
        ),
    }


# ---- points and images


def _points() -> Targets:
    law = {"d": st.integers(2, 3), "classes": st.integers(2, 4), "noise": NUMBER}
    found = {
        "rknet.PointSet": Target(
            PointSet, {"X": floats(4, 2), "c": st.just(np.array([0, 1, 1, 0])), "classes": st.integers(2, 3)}
        ),
        "rknet.draw": Target(
            rknet.draw, {"law": NAMES["law"], "N": st.integers(1, 40), "noise": st.none() | NUMBER, "seed": SEED}
        ),
        "rknet.split": Target(rknet.split, {"points": SETS, "first": st.integers(1, 5)}),
        "rknet.data.bayes.probability": Target(bayes.probability, {"law": NAMES["law"], "X": floats(3, 2)}),
        "rknet.data.bayes.accuracy": Target(bayes.accuracy, {"law": NAMES["law"]}),
        "rknet.data.images.load": Target(
            images.load, {"name": st.sampled_from(sorted(images.IMAGES)), "source": st.sampled_from(images.SOURCES)}
        ),
        "rknet.data.images.repetition": Target(
            images.repetition,
            {
                "name": st.sampled_from(sorted(images.IMAGES)),
                "seed": SEED,
                "samples": st.integers(1, 20),
                "source": st.sampled_from(["auto", "sample"]),
            },
        ),
        "rknet.data.images.fingerprint": Target(images.fingerprint, {"train": SETS, "validation": SETS}, spoiled=0),
        "rknet.data.images.data_folder": Target(images.data_folder, {}),
        "rknet.data.points.in_float32": Target(
            lambda X: points.in_float32("X", X),
            {"X": floats(3, 2) | st.lists(st.lists(NUMBER, max_size=2), max_size=3)},
        ),
        "rknet.data.points.weights_of": Target(
            lambda weights: points.weights_of("weights", weights, 3), {"weights": st.none() | floats(3).map(np.abs)}
        ),
        "rknet.data.points.ball": Target(points.ball, {"d": SIZE}, spoiled=0),
        "rknet.data.points.rings": Target(points.rings, {"d": SIZE, "classes": st.integers(2, 4)}, spoiled=0),
        "rknet.data.points.checkerboard": Target(points.checkerboard, {"d": st.integers(1, 3)}, spoiled=0),
    }
    for cls in ("Strip", "Rings", "Squares", "Spiral", "Helix"):
        table = {"table": st.just((0, 1, 1, 0)), "d": st.just(2)} if cls == "Squares" else {}
        found[f"rknet.data.points.{cls}"] = Target(getattr(points, cls), law | table)
    return found


# ---- Section 3


def _adjoint() -> Targets:
    u = st.tuples(tensors(3, 1, 2, 2), tensors(3, 1, 2))
    step = st.builds(
        adjoint.Step, st.builds(adjoint.Affine), st.sampled_from([TABLEAUS[n] for n in ("euler", "rk4")]), STEPS
    )
    x = tensors(4, 2)
    swept = st.builds(lambda step, u, x: (step, u, adjoint.states(step, u, x)), step, u, x)

    def costates(swept: Any, p: Any) -> object:
        step, u, states = swept
        return adjoint.costates(step, u, states, p)

    def partner(swept: Any, partner: Any, p: Any) -> object:
        step, u, states = swept
        return adjoint.partner_costates(step, partner, u, states, p)

    def sweep(swept: Any, p: Any) -> object:
        step, u, states = swept
        return list(adjoint.costate_sweep(step, adjoint.layers(step, u), states.y, states.F, p))

    def continuous(swept: Any, p: Any, stored: Any) -> object:
        step, u, states = swept
        return adjoint.continuous_costates(step, u, states.y, p, stored=stored)

    def lagrangian(swept: Any, p: Any) -> object:
        step, u, states = swept
        found = adjoint.costates(step, u, states, p)
        return adjoint.lagrangian(step, torch.sum, states.y[0], u, states.y, states.F, found.p, found.xi)

    def by_step_sizes(swept: Any, p: Any) -> object:
        step, u, states = swept
        return adjoint.by_step_sizes(states, adjoint.costates(step, u, states, p))

    fixed = {"swept": swept, "p": x}
    refuses = (adjoint.StageError,)
    return {
        "rknet.adjoint.Affine": Target(adjoint.Affine, {"activation": NAMES["activation"]}),
        "rknet.adjoint.General": Target(adjoint.General, {"function": st.just(lambda u, y: y)}, spoiled=0),
        "rknet.adjoint.Step": Target(
            adjoint.Step, {"f": st.builds(adjoint.Affine), "tableau": st.just(TABLEAUS["rk4"]), "h": STEPS}
        ),
        "rknet.adjoint.states": Target(adjoint.states, {"step": step, "u": u, "x_hat": x}, refuses),
        "rknet.adjoint.layers": Target(adjoint.layers, {"step": step, "u": u}, refuses),
        "rknet.adjoint.propagate": Target(
            adjoint.propagate, {"step": step, "u": u, "x_hat": x, "recompute": st.booleans()}, refuses
        ),
        "rknet.adjoint.forward": Target(adjoint.forward, {"net": NETS, "x": x, "recompute": st.booleans()}, refuses),
        "rknet.adjoint.state_sweep": Target(
            lambda step, u, x_hat: adjoint.state_sweep(step, adjoint.layers(step, u), x_hat),
            {"step": step, "u": u, "x_hat": x},
            refuses,
        ),
        "rknet.adjoint.costates": Target(costates, fixed, refuses, spoiled=0),
        "rknet.adjoint.costate_sweep": Target(sweep, fixed, refuses, spoiled=0),
        "rknet.adjoint.continuous_costates": Target(continuous, fixed | {"stored": st.booleans()}, refuses, spoiled=0),
        "rknet.adjoint.by_step_sizes": Target(by_step_sizes, fixed, refuses, spoiled=0),
        "rknet.adjoint.lagrangian": Target(lagrangian, fixed, refuses, spoiled=0),
        "rknet.adjoint.partner_costates": Target(
            partner, fixed | {"partner": st.just(TABLEAUS["rk4"])}, refuses, spoiled=0
        ),
    }


# ---- notebooks


def _notebooks() -> Targets:
    net, law = st.sampled_from(["StandardNet", "EulerNet", "RK4Net"]), st.sampled_from(["donut_2D", "spiral"])
    shallow, offered = st.sampled_from([1, 3]), st.sampled_from([0.5, 1.0])
    return {
        "rknet.playground.Playground": Target(
            Playground,
            {
                "preset": st.sampled_from(["space", "plane"]) | st.text(max_size=4),
                "net": st.none() | NETS,
                "data": st.none() | SETS,
                "task": st.text(max_size=4),
                "compact": st.booleans(),
                "guide": st.booleans(),
                "goal": st.none()
                | st.dictionaries(st.sampled_from(["L", "net", "x"]), st.text(max_size=3) | st.tuples(NUMBER, NUMBER))
                | st.integers(),
                "configuration": st.none()
                | st.dictionaries(st.sampled_from(["L", "h", "d_hat", "x"]), st.integers(0, 9)),
            },
        ),
        "rknet.laboratories.FeatureLaboratory": Target(
            FeatureLaboratory, {"data": law, "net": net, "L": shallow, "h": offered, "way": st.integers(-1, 101)}
        ),
        "rknet.laboratories.DigitLaboratory": Target(
            DigitLaboratory, {"digit": st.sampled_from(["0", "9", "x"]), "layer": st.integers(-1, 5)}
        ),
        "rknet.laboratories.FlowInSpace": Target(
            FlowInSpace,
            {
                "figure": st.text(max_size=4),
                "title": st.text(max_size=4),
                "flow": floats(4, 6, 3),
                "c": st.lists(st.integers(-1, 7), min_size=5, max_size=6),
            },
        ),
        "rknet.laboratories.SchemeLaboratory": Target(
            SchemeLaboratory, {"scheme": st.sampled_from(sorted(TABLEAUS)), "h": NUMBER, "L": SIZE}
        ),
        "rknet.laboratories.TableauLaboratory": Target(
            TableauLaboratory, {"scheme": st.sampled_from(sorted(TABLEAUS)), "A": TEXT, "beta": TEXT}
        ),
        "rknet.laboratories.TrainingLaboratory": Target(
            TrainingLaboratory, {"data": law, "net": net, "d_hat": st.integers(2, 4), "L": shallow, "h": offered}
        ),
    }


# ---- networks beyond the paper's


def _variants() -> Targets:
    """Every kind of net in its folder, and the data that its pages make."""
    sizes = {"d": SIZE, "d_hat": st.integers(4, 6), "classes": st.integers(2, 4), "L": SIZE}
    common = {"activation": NAMES["activation"], "train_classifier": st.booleans(), "seed": SEED}
    lifted = sizes | common | {"lift": NAMES["lift"]}
    right_side = st.sampled_from(["affine", "dissipative"])
    explicit = st.sampled_from(["euler", "heun", "rk4"])
    frames = {"frames": st.integers(1, 3), "channels": SIZE, "classes": st.integers(2, 4), "decay": NUMBER}
    return {
        "rknet.variants.AdaptiveNet": Target(
            AdaptiveNet,
            lifted
            | {"pair": st.sampled_from(["dopri5", "bogacki_shampine"]), "h": NUMBER, "tolerance": NUMBER}
            | {"right_side": right_side},
        ),
        "rknet.variants.AdjointNet": Target(
            AdjointNet,
            lifted | {"tableau": NAMES["tableau"], "h": NUMBER, "right_side": right_side, "recompute": st.booleans()},
        ),
        "rknet.variants.AntisymmetricNet": Target(
            AntisymmetricNet, lifted | {"damping": NUMBER, "h": NUMBER, "tableau": explicit}
        ),
        "rknet.variants.ControlledNet": Target(
            ControlledNet, frames | common | {"d_hat": SIZE, "tableau": explicit, "h": NUMBER}
        ),
        "rknet.variants.ControlledConvolutionalNet": Target(
            ControlledConvolutionalNet,
            frames | common | {"side": SIZE, "kernel": st.sampled_from([1, 3]), "tableau": explicit, "h": NUMBER},
        ),
        "rknet.variants.FunctionNet": Target(
            FunctionNet,
            lifted | {"m": SIZE, "basis": st.sampled_from(["hats", "chebyshev"]), "tableau": explicit, "T": NUMBER},
        ),
        "rknet.variants.HamiltonianNet": Target(
            HamiltonianNet,
            lifted | {"splitting": st.sampled_from(["verlet"]), "h": NUMBER, "reversible": st.booleans()},
        ),
        "rknet.variants.ODENet": Target(ODENet, lifted | {"tableau": explicit, "T": NUMBER, "simplex": st.booleans()}),
        "rknet.data.video.clips": Target(
            video.clips,
            {"samples": SIZE, "seed": SEED, "test": st.booleans(), "frames": st.integers(2, 4)}
            | {"side": st.integers(8, 12)},
        ),
        "rknet.data.audio.japanese_vowels": Target(audio.japanese_vowels, {}, spoiled=0),
    }


def _writers(folder: Path) -> Targets:
    """What writes a net: to a new place, over its own file, over another's, and where nothing can be."""
    place = folder / "written"

    def writer(write: Callable[..., None], own: str, of: str = "net") -> Target:
        def call(name: Any, **given: Any) -> None:
            place.mkdir(exist_ok=True)
            (place / "other").write_bytes(b"not ours")
            try:
                write(path=place / name if isinstance(name, str) and "\0" not in name else name, **given)
            finally:
                kept = given.get("overwrite") is True or (place / "other").read_bytes() == b"not ours"
                assert kept, "a file was replaced that is not ours"

        names = st.sampled_from(["new", own, "other", "no/folder", "", "."])
        return Target(call, {of: NETS, "name": names, "overwrite": st.booleans()}, (OSError,))

    return {
        "rknet.Net.save": writer(lambda self, **given: self.save(**given), "net", "self"),
        "rknet.exporting.to_onnx": writer(lambda net, **given: to_onnx(net, **given), "net.onnx"),
        "rknet.plain.to_json": writer(lambda net, **given: to_json(net, **given), "net.json"),
    }


# ---- commands


def _commands(folder: Path) -> Targets:
    """Each command with words that fit and words that do not; none of them trains more than two tiny nets."""
    word = st.text(max_size=6) | st.sampled_from(["-1", "1e9", "é", "--", "a b", "../x", "\n"])
    seeds = st.sampled_from(["0", "0-1", "1,0", "0-", "-", "x", "1-0", "0-99999999999", "٣"]) | word
    number = st.sampled_from(["1", "0", "-1", "x", "1.5", "9" * 400]) | word

    def command(name: str, codes: set[int]) -> Callable[..., None]:
        def call(names: list[str], **options: str | None) -> None:
            given = [part for key, value in options.items() if value is not None for part in (f"--{key}={value}",)]
            said = io.StringIO()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said), contextlib.chdir(folder):
                try:
                    code = main([name, *given, *names])
                except SystemExit as left:
                    code = int(str(left.code))
            assert code in codes, (code, said.getvalue())
            assert code == 0 or said.getvalue().count("\n") == 1 or code == 3, said.getvalue()

        return call

    store = st.sampled_from([str(RESULTS), "fresh", "", "\0", "~nobody/x"])
    one = st.lists(st.sampled_from(["depth"]) | word, max_size=2)
    none = st.none()
    runs = {"names": one, "seeds": seeds, "rows": st.sampled_from(["StandardNet, L = 3", "no"]), "jobs": none | number}
    runs["jobs"] = st.sampled_from(["1", "0", "-1", "x", "1.5"])
    return {
        "rknet list": Target(command("list", {0, 2}), {"names": one}, spoiled=0),
        "rknet table": Target(
            command("table", {0, 2}), {"names": one, "seeds": none | seeds, "store": store}, spoiled=0
        ),
        "rknet run": Target(
            command("run", {0, 1, 2}),
            runs | {"store": st.sampled_from(["fresh", "", "\0"]), "engine": none | word, "device": none | word},
            spoiled=0,
        ),
        "rknet verify": Target(command("verify", {0, 1, 2, 3}), runs | {"store": store}, spoiled=0),
        "rknet claims": Target(
            command("claims", {0, 1, 2, 3}),
            {"names": st.lists(word, min_size=1, max_size=2), "jobs": number},
            spoiled=0,
        ),
    }


# ---- files


def spoilt(content: bytes) -> Strategy:
    """Bytes near to those of a file: cut, changed, repeated, with another value in a place of its JSON, or others."""
    size = len(content)
    at = st.integers(0, max(size - 1, 0))
    kinds = [
        st.just(content),
        st.binary(max_size=64),
        at.map(lambda i: content[:i]),
        st.builds(lambda i, b: content[:i] + b + content[i + len(b) :], at, st.binary(min_size=1, max_size=4)),
        st.builds(lambda i, j: content[:i] + content[j:], at, at),
    ]
    with contextlib.suppress(ValueError):
        whole = json.loads(content)
        places = st.sampled_from(list(hostile.places(whole))[:400])
        kinds.append(
            st.builds(
                lambda place, value: json.dumps(hostile.put(whole, place, value)).encode(),
                places,
                st.sampled_from(hostile.VALUES),
            )
        )
    return st.one_of(kinds)


def _files(folder: Path) -> Targets:
    def reader(name: str, content: bytes, read: Callable[[Path], object], *refusals: type[BaseException]) -> Target:
        path = folder / "files" / name

        def call(content: bytes) -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            read(path)

        return Target(call, {"content": spoilt(content)}, refusals, LINE, spoiled=0)

    from rknet.study.experiments import EXPERIMENTS

    row, configuration = next(iter(EXPERIMENTS["depth"].rows.items()))
    run = Run("depth", row, configuration, 0)
    place = Store(folder / "files").path("depth", row, 0).relative_to(folder / "files")
    lone = Run("logistic", *next(iter(EXPERIMENTS["logistic"].rows.items())), 0)
    kept_one = Store(RESULTS).find(run).record
    assert kept_one is not None
    record = records.encode(kept_one).encode()
    net = StandardNet(2, 3, 2, 2)
    points = rknet.draw("donut_2D", 6)
    protocol = Protocol(epochs=1)

    def train(path: Path) -> rknet.History:
        fresh = StandardNet(2, 3, 2, 2)
        return rknet.fit(
            fresh, points, points, protocol, progress=False, checkpoint=Checkpoint(path, every=0, keep=True)
        )

    def labels(path: Path) -> None:
        images._original.cache_clear()
        images.load("FashionMNIST", "original")

    def kept(path: Path) -> None:
        cache._load(path, net)

    made = folder / "made"
    made.mkdir(parents=True, exist_ok=True)
    train(made / "checkpoint")
    net.save(made / "net", overwrite=True)
    history = rknet.fit(net, points, points, protocol, progress=False)
    cache._save(made / "cache", net, history)
    packed = (images.HERE / "train-labels-idx1-ubyte.xz").read_bytes()
    drawn = pictures.path_of(Store(RESULTS)).read_bytes()[:100_000]
    return {
        "rknet.load": reader("net", (made / "net").read_bytes(), rknet.load),
        "file of a record": reader(str(place), record, lambda path: Store(folder / "files").find(run)),
        "table of records": reader(
            "logistic.parquet",
            Store(RESULTS).table("logistic").read_bytes(),
            lambda path: Store(folder / "files").find(lone),
        ),
        "file of a run": reader("run.json", json.dumps(_exported()).encode(), exported.read),
        "file of measurements": reader("m.json", (RESULTS / evidence.FILE).read_bytes(), evidence._read),
        "file of verdicts": reader("v.json", judging.VERDICTS.read_bytes(), judging.stored),
        "file of claims": reader("claims.yml", claims.CLAIMS.read_bytes()[:3000], claims.read),
        "file of benchmarks": reader("b.json", report.RECORD.read_bytes(), report.recorded),
        "file of a checkpoint": reader("x.checkpoint", (made / "checkpoint").read_bytes(), train),
        "file of the cache": reader("c.npz", (made / "cache").read_bytes(), kept),
        "file of images": reader("../data/FashionMNIST/train-labels-idx1-ubyte.xz", packed, labels),
        "file of pictures": reader(
            f"images/{pictures.FILE}", drawn, lambda path: pictures.pictured("RK4Net", Store(folder / "files"))
        ),
    }


def _exported() -> dict[str, Any]:
    """What a run of the page looks like, with no points in it."""
    curve = [0.5, 0.5]
    empty = {"X": "", "c": []}
    return {
        "format": exported.FORMAT,
        "generator": exported.random.GENERATOR,
        "configuration": {
            **{
                "data": "spiral",
                "noise": 1.0,
                "samples": 20,
                "net": "RKNet",
                "scheme": "rk4",
                "h": 0.5,
                "d_hat": 3,
                "L": 2,
            },
            **{"activation": "tanh", "lift": "zero", "rate": 0.001, "batch": 5, "epochs": 1, "seed": 0},
        },
        "data": {"train": empty, "validation": empty},
        "start": "drawn",
        "initial": {"K": "", "b": "", "W": "", "mu": ""},
        "steps": 4,
        "history": dict.fromkeys(("train_cost", "train_accuracy", "val_cost", "val_accuracy"), curve),
        "weights": "0" * 64,
    }
