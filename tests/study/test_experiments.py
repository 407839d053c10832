"""The declared experiments against the protocol's table, and what a configuration promises."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from rknet import ACTIVATIONS, LAWS, LIFTS, Net, Protocol, RKNet, draw
from rknet.convolution import ConvolutionalRKNet
from rknet.protocol import LOSSES, OPTIMIZERS
from rknet.schemes import PAPER_NETS
from rknet.study import records
from rknet.study.configuration import SHIPPED, Configuration, seeds_of
from rknet.study.experiments import EXPERIMENTS
from rknet.study.paper import STATISTICS, printed, tables
from rknet.study.store import slug
from rknet.tableaus import HEUN, KUTTA3, TABLEAUS

ALL = [
    pytest.param(configuration, id=f"{name}: {row}")
    for name, experiment in EXPERIMENTS.items()
    for row, configuration in experiment.rows.items()
]

# 81 million weights are drawn in seconds; what a configuration states of its net can be seen on two layers.
BUILT = [pytest.param(replace(c, L=2) if c.images else c, id=param.id) for param in ALL for c in param.values]

# (data, net, d_hat, L, activation, lift, epochs, loss, optimizer) of each experiment, typed from the protocol and not
# from the package; then the repetitions.  All after "images-deep" are not the paper's.
DEPTHS = [1, 3, 5, 10, 20, 40, 100]
USUAL = ("cross_entropy", "adam")
SETS = ["donut_3D_2C", "donut_3D_3C", "donut_2D_6C", "donut_3D_6C", "squares_2D_4C", "squares_3D_4C"]
TABLE: dict[str, tuple[list[tuple], int]] = {
    "width": (
        [
            ("donut_2D", "RK4Net", 2, 100, "tanh", "zero", 80, *USUAL),
            ("donut_2D", "RK4Net", 3, 100, "tanh", "zero", 80, *USUAL),
            ("squares", "RK4Net", 2, 100, "tanh", "zero", 80, *USUAL),
            ("squares", "RK4Net", 3, 100, "tanh", "zero", 80, *USUAL),
        ],
        4,
    ),
    "depth": (
        [("spiral", net, 16, L, "tanh", "linear", 40, *USUAL) for net in ("StandardNet", "RK4Net") for L in DEPTHS],
        4,
    ),
    "depth-narrow": (
        [("spiral", net, 3, L, "tanh", "linear", 40, *USUAL) for net in ("StandardNet", "RK4Net") for L in DEPTHS],
        4,
    ),
    "logistic": ([("spiral", "StandardNet", 16, 20, "logistic", "linear", 40, *USUAL)], 4),
    "activation": (
        [
            ("donut_1D", net, 16, L, activation, "linear", 60, *USUAL)
            for net, L in [("RK4Net", 20), ("StandardNet", 20), ("StandardNet", 5)]
            for activation in ("tanh", "logistic", "relu", "softplus")
        ],
        2,
    ),
    "activation-depth": (
        [
            ("donut_1D", "RK4Net", 16, L, activation, "linear", 60, *USUAL)
            for L in (1, 3, 5, 10)
            for activation in ("tanh", "logistic", "relu", "softplus")
        ],
        2,
    ),
    "variability": ([("donut_2D_6C", "RK4Net", 16, 100, "tanh", "linear", 40, *USUAL)], 4),
    "comparison": (
        [
            (data, net, 16, L, "tanh", "linear", 40, *USUAL)
            for net, L in [("StandardNet", 5), ("EulerNet", 100), ("RK4Net", 100)]
            for data in SETS
        ],
        4,
    ),
    "training": (
        [
            ("spiral_3D", net, 16, 10, "tanh", "linear", 40, loss, optimizer)
            for net in ("StandardNet", "RK4Net")
            for loss in ("mean_square", "cross_entropy")
            for optimizer in ("sgd", "adagrad", "adam", "adadelta")
        ],
        2,
    ),
    "images": (
        [
            ("MNIST", "RK4Net", 784, 100, "tanh", "linear", 40, *USUAL),
            *(
                (data, net, 900, L, "tanh", "linear", 40, *USUAL)
                for data in ("MNIST", "FashionMNIST")
                for net, L in [("StandardNet", 5), ("EulerNet", 100), ("RK4Net", 100)]
            ),
        ],
        4,
    ),
    "images-deep": (
        [(data, "StandardNet", 900, 100, "tanh", "linear", 40, *USUAL) for data in ("MNIST", "FashionMNIST")],
        4,
    ),
    "training-time": (
        [
            ("spiral_3D", "RK4Net", 16, 10, "tanh", "linear", 40, loss, optimizer)
            for loss in ("mean_square", "cross_entropy")
            for optimizer in ("sgd", "adagrad", "adam", "adadelta")
        ],
        2,
    ),
    "resnet": ([(data, "EulerNet", 16, 5, "tanh", "linear", 40, *USUAL) for data in SETS], 4),
    "fixed-time": (
        [
            ("spiral", net, 16, L, "tanh", "linear", 40, *USUAL)
            for net in ("RK4Net", "RK4Net", "RK4Net", "EulerNet")
            for L in DEPTHS
        ],
        4,
    ),
    "lifts": (
        [
            (data, "RK4Net", d_hat, 20, "tanh", lift, 40, *USUAL)
            for data in ("spiral", "donut_2D_6C")
            for d_hat in (3, 16)
            for lift in ("zero", "linear", "orthogonal", "learned")
        ],
        4,
    ),
    # Twelve evaluations of f: 12 steps of one stage, 6 of two, 4 of three, 3 of four, 2 of Dormand and Prince's six.
    "schemes": (
        [
            (data, TABLEAUS[net], 3, L, "tanh", "linear", 40, *USUAL)
            for data in ("spiral", "donut_2D_6C", "squares_2D_4C")
            for net, depths in [
                ("euler", (3, 12)),
                ("heun", (3, 6, 12)),
                ("ralston", (3, 6, 12)),
                ("kutta3", (3, 4, 12)),
                ("rk4", (3, 12)),
                ("rk38", (3, 12)),
                ("dopri5", (2, 3, 12)),
            ]
            for L in depths
        ],
        4,
    ),
    # Channels decide d_hat; the border makes 30 x 30 of 28 x 28.
    "convolution": (
        [
            (data, net, d_hat, L, activation, "zero", epochs, *USUAL)
            for data in ("MNIST", "FashionMNIST")
            for epochs in (10, 3)
            for net, d_hat, L, activation in [
                ("RK4Net", 784, 2, "tanh"),
                ("RK4Net", 900, 2, "tanh"),
                ("RK4Net", 6272, 2, "tanh"),
                ("EulerNet", 6272, 2, "tanh"),
                (HEUN, 6272, 2, "tanh"),
                (KUTTA3, 6272, 2, "tanh"),
                ("EulerNet", 6272, 8, "relu"),
            ]
        ],
        4,
    ),
}


def choices(configuration: Configuration) -> tuple:
    """What the table above states of a configuration."""
    c, p = configuration, configuration.protocol
    return c.data, c.net, c.d_hat, c.L, c.activation, c.lift, p.epochs, p.loss, p.optimizer


@pytest.mark.parametrize("name", TABLE)
def test_every_row_of_the_protocol_is_declared(name: str) -> None:
    """Each experiment has exactly the protocol's configurations and repetitions."""
    rows, repetitions = TABLE[name]
    experiment = EXPERIMENTS[name]
    assert Counter(map(choices, experiment.rows.values())) == Counter(rows)
    assert experiment.repetitions == repetitions


def test_no_other_experiment_is_declared() -> None:
    """The table above is complete."""
    assert EXPERIMENTS.keys() == TABLE.keys()


@pytest.mark.parametrize("configuration", ALL)
def test_what_all_experiments_share(configuration: Configuration) -> None:
    """Batches and stopping rule are the paper's everywhere, and samples but for the convolutional nets of three epochs;
    images have a tolerance of their own.
    """
    protocol = configuration.protocol
    tolerance = 0.1 if configuration.data in ("MNIST", "FashionMNIST") else 0.05
    samples = 5000 if protocol.epochs == 3 else 1500
    assert (configuration.samples, protocol.batch_size, protocol.stop_early) == (samples, 5, True)
    assert (protocol.tolerance, protocol.window, protocol.first_stop) == (tolerance, 5, 10)
    assert protocol.rate == {"adam": 1e-3, "sgd": 0.1, "adagrad": 1e-2, "adadelta": 1.0}[protocol.optimizer]


def test_step_sizes() -> None:
    """h is the paper's but where the time T = h L is varied."""
    other = {"training-time": 0.5, "resnet": 1.0, "convolution": 1.0}
    for name, experiment in EXPERIMENTS.items():
        steps = {row: configuration.h for row, configuration in experiment.rows.items()}
        if name == "fixed-time":
            times = {row: h * experiment.rows[row].L for row, h in steps.items()}
            assert times == pytest.approx({row: float(row.split("T = ")[1].split(",")[0]) for row in times})
            assert Counter(times.values()) == {0.25: 7, 1.0: 7, 5.0: 14}
        elif name == "schemes":
            assert {h * experiment.rows[row].L for row, h in steps.items()} == {5.0}
        else:
            assert set(steps.values()) == {other.get(name, 0.05)}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_labels_name_different_folders(name: str) -> None:
    """No two rows of an experiment share a folder of records."""
    rows = EXPERIMENTS[name].rows
    assert len({slug(row) for row in rows}) == len(rows)
    assert slug(name) == name


@pytest.mark.parametrize("configuration", BUILT)
def test_number_of_parameters_is_torch_s(configuration: Configuration) -> None:
    """The formula counts what torch would train."""
    assert configuration.parameters == trained(configuration)


@pytest.mark.parametrize("lift", ["zero", "linear", "orthogonal", "learned"])
def test_only_a_learned_lift_counts(lift: str) -> None:
    """A frozen matrix is no parameter, a learned one is."""
    configuration = Configuration("donut_3D_2C", "EulerNet", 5, 2, lift=lift)
    assert configuration.parameters == trained(configuration) == 2 * 30 + 12 + (15 if lift == "learned" else 0)


def trained(configuration: Configuration) -> int:
    """Number of trained entries, by torch."""
    return sum(p.numel() for p in configuration.network(0).parameters() if p.requires_grad)


@pytest.mark.parametrize("configuration", BUILT)
def test_evaluations_are_those_made(configuration: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sample meets f as often as is stated."""
    net = configuration.network(0)
    kind = ConvolutionalRKNet if isinstance(net, ConvolutionalRKNet) else Net
    calls, f = [], kind.f

    def counted(net: Net, K: torch.Tensor, b: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        calls.append(len(y))
        return f(net, K, b, y)

    monkeypatch.setattr(kind, "f", counted)
    net.predict(np.zeros((1, net.d)))
    assert sum(calls) == configuration.evaluations


@pytest.mark.parametrize("configuration", BUILT)
def test_the_net_is_the_configuration_s(configuration: Configuration) -> None:
    """The net has the width, depth, activation, lift and step size that the configuration states."""
    net = configuration.network(3)
    law = LAWS.get(configuration.data)
    d, classes = (law.d, law.classes) if law else (784, 10)
    scheme = PAPER_NETS[configuration.net] if isinstance(configuration.net, str) else configuration.net
    assert (net.tableau if isinstance(net, RKNet) else None) == scheme
    assert (net.d, net.d_hat, net.classes, net.L) == (d, configuration.d_hat, classes, configuration.L)
    assert (net.activation, net.lift_name) == (configuration.activation, configuration.lift)
    assert getattr(net, "h", configuration.h) == configuration.h


def test_step_size_reaches_the_net() -> None:
    """A Runge-Kutta net takes the h of its configuration."""
    assert Configuration("squares", "EulerNet", 3, 2, h=0.2).network(0).h == 0.2


def test_the_same_seed_gives_every_net_the_same_points() -> None:
    """Comparisons are paired; another seed gives other points, and none of them the net's or the order's stream."""
    base = Configuration("squares", "RK4Net", 3, 2, samples=30)
    train, validation = base.points(1)
    for other in (replace(base, net="StandardNet", L=5), replace(base, d_hat=7, lift="zero", activation="relu")):
        for ours, theirs in zip((train, validation), other.points(1), strict=True):
            np.testing.assert_array_equal(ours.X, theirs.X)
            np.testing.assert_array_equal(ours.c, theirs.c)
    assert not np.array_equal(train.X, base.points(2)[0].X)
    assert (len(train), len(validation)) == (30, 30)


def test_streams_are_three_words_of_the_seed_sequence() -> None:
    """Data, net and order have seeds of their own, and no two repetitions share one."""
    words = np.random.SeedSequence(5).generate_state(3)
    assert list(seeds_of(5).items()) == list(zip(("data", "net", "order"), map(int, words), strict=True))
    assert len({state for seed in range(100) for state in seeds_of(seed).values()}) == 300
    np.testing.assert_array_equal(
        Configuration("squares", "RK4Net", 3, 1, samples=4).points(5)[0].X,
        draw("squares", 8, seed=int(words[0])).X[:4],
    )


def test_training_twice_gives_the_same_bits() -> None:
    """A configuration and a seed decide the weights; another seed gives others."""
    configuration = Configuration("squares", "RK4Net", 3, 2, protocol=Protocol(epochs=1), samples=20)
    first, again, other = (records.weights_hash(configuration.train(seed)[0]) for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": "squares_9D"}, "data: must be a known name, got 'squares_9D'"),
        ({"net": "ResNet"}, "net: must be a known name, got 'ResNet'; choose from StandardNet, EulerNet, RK4Net"),
        ({"activation": "gelu"}, "activation: must be a known name"),
        ({"lift": "cubic"}, "lift: must be a known name"),
        ({"d_hat": 1}, "d_hat: must be a whole number >= 2, got 1"),
        ({"data": "MNIST", "d_hat": 783}, "d_hat: must be a whole number >= 784, got 783"),
        ({"L": 0}, "L: must be a whole number >= 1, got 0"),
        ({"h": 0.0}, "h: must be a finite number > 0, got 0.0"),
        ({"samples": 2.5}, "samples: must be a whole number >= 1, got 2.5"),
    ],
)
def test_configurations_are_checked_when_declared(change: dict, message: str) -> None:
    """A typing error in an experiment is found when it is declared, not after an hour."""
    with pytest.raises(ValueError, match=message):
        Configuration(**{"data": "squares", "net": "RK4Net", "d_hat": 2, "L": 1, **change})


def test_names_of_the_library_state_themselves() -> None:
    """A record says no more than the name of what versions of data, nets and engines decide."""
    registries = {"data": LAWS, "activation": ACTIVATIONS, "lift": LIFTS, "loss": LOSSES, "optimizer": OPTIMIZERS}
    assert {name: tuple(registry) for name, registry in registries.items()} == SHIPPED


def test_a_longer_registry_adds_no_row() -> None:
    """An activation, a loss, an optimiser, a lift or an image set more changes no study of the paper."""
    program = (
        "from rknet import ACTIVATIONS, LIFTS; from rknet.data.images import IMAGES; "
        "from rknet.protocol import LOSSES, OPTIMIZERS\n"
        "for registry in {registries}: registry['more'] = next(iter(registry.values()))\n"
        "from rknet.study.experiments import EXPERIMENTS\n"
        "print({{name: len(experiment.rows) for name, experiment in EXPERIMENTS.items()}})"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program.format(registries=registries)], capture_output=True, text=True, check=True
        ).stdout
        for registries in ("()", "(ACTIVATIONS, LIFTS, IMAGES, LOSSES, OPTIMIZERS)")
    }
    assert outputs == {f"{ {name: len(experiment.rows) for name, experiment in EXPERIMENTS.items()} }\n"}


# ---- what the paper prints


def test_the_paper_s_tables_are_in_the_package() -> None:
    """Tables 1 to 6 are there, and an entry of each is the paper's."""
    paper = tables()
    assert [key for key in paper if key.startswith("table")] == [
        "table1_accuracy", "table2_cost_x10", "table3", "table4_validation", "table5", "table6_validation",
    ]  # fmt: skip
    assert paper["table1_accuracy"]["StandardNet"]["val"][4] == 66.87
    assert paper["table2_cost_x10"]["RK4Net"]["val"][6] is None
    assert paper["table3"]["val_accuracy"] == {"mean": 74.92, "sd": 0.89}
    assert paper["table4_validation"]["EulerNet"]["cost_x10"][0] == 1.84
    assert paper["table5"]["900"]["train_accuracy"] == [99.77, 0.40]
    assert paper["table6_validation"]["FashionMNIST"]["RK4Net"]["accuracy"] == [79.13, 1.57]


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("depth", "StandardNet, L = 20", [(67.62, None), (66.87, None), (6.09, None), (6.13, None)]),
        ("depth", "RK4Net, L = 100", [(99.95, None), (99.75, None), (0.01, None), (None, None)]),
        ("variability", "RK4Net, L = 100", [(77.13, 0.76), (74.92, 0.89), (5.13, 0.08), (5.59, 0.16)]),
        ("comparison", "EulerNet, L = 100, donut_3D_6C", [None, (74.63, None), None, (5.67, None)]),
        ("width", "squares, d_hat = 2", [None] * 4),
        (
            "images",
            "RK4Net, d_hat = 784, L = 100, MNIST",
            [(97.70, 2.80), (87.27, 2.93), (0.78, 0.95), (7.71, 1.62)],
        ),
        (
            "images",
            "RK4Net, d_hat = 900, L = 100, MNIST",
            [(99.77, 0.40), (90.40, 1.08), (0.10, 0.17), (5.36, 0.46)],
        ),
        ("images", "EulerNet, d_hat = 900, L = 100, MNIST", [None, (90.98, 0.48), None, (5.71, 0.36)]),
        ("images", "StandardNet, d_hat = 900, L = 5, FashionMNIST", [None, (61.23, 6.00), None, (11.41, 1.37)]),
        ("images-deep", "StandardNet, d_hat = 900, L = 100, MNIST", [None] * 4),
    ],
)
def test_printed_numbers_meet_their_rows(name: str, row: str, expected: list) -> None:
    """A row's numbers are those that the paper prints for it, read off its pages by hand."""
    cells = printed(name, EXPERIMENTS[name].rows[row])
    assert [cells.get(statistic) for statistic in STATISTICS] == expected


def test_the_row_that_two_tables_share_is_printed_alike() -> None:
    """RK4Net of width 900 on MNIST stands in Tables 5 and 6, with the same numbers, so one row can be both."""
    table5, table6 = tables()["table5"]["900"], tables()["table6_validation"]["MNIST"]["RK4Net"]
    assert table5["val_accuracy"] == table6["accuracy"]
    assert table5["val_cost_x10"] == table6["cost_x10"]


@pytest.mark.parametrize("name", ["depth", "variability", "comparison", "images"])
def test_every_row_of_a_printed_table_has_its_numbers(name: str) -> None:
    """Each row of Tables 1 to 6 finds something, and no two rows of a table find the same."""
    cells = [tuple(printed(name, configuration).items()) for configuration in EXPERIMENTS[name].rows.values()]
    assert all(cells)
    assert len(set(cells)) == len(cells)
