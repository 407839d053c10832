"""The paper's experiments and some it leaves open, declared: every number in `rknet table` has its configuration here.

To add one, write an `Experiment` and its line in `EXPERIMENTS`; `rknet run` and `rknet table` then know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rknet.checks import assign, whole
from rknet.protocol import Protocol
from rknet.registry import Registry
from rknet.study.configuration import Configuration
from rknet.study.convolution import Convolutional, width

DEPTHS = (1, 3, 5, 10, 20, 40, 100)
"""The depths L of Tables 1 and 2."""

COMPARED = {"StandardNet": 5, "EulerNet": 100, "RK4Net": 100}
"""The nets of Tables 4 and 6 with their depths."""

ACTIVATIONS_COMPARED = ("tanh", "logistic", "relu", "softplus")
"""The activations of Section 4.3."""

LOSSES_COMPARED = ("cross_entropy", "mean_square")
OPTIMIZERS_COMPARED = ("adam", "sgd", "adagrad", "adadelta")
"""The training methods that Section 4 compares in its text."""

LIFTS_COMPARED = ("zero", "linear", "orthogonal", "learned")
"""The lifts of our own comparison."""

IMAGES_COMPARED = ("MNIST", "FashionMNIST")
"""The image sets of Section 4.5."""

AUGMENTED = {"1 channel": (1, 0), "a border": (1, 1), "8 channels": (8, 0)}
"""The augmentations that Section 4.5 proposes for convolutional nets: channels and border."""

SCHEMES_COMPARED = {"euler": 12, "heun": 6, "ralston": 6, "kutta3": 4, "rk4": 3, "rk38": 3, "dopri5": 2}
"""Explicit schemes, and how many steps of each take twelve evaluations of f that count."""

EPOCHS = {1500: 10, 5000: 3}
"""Numbers of training images of the convolutional nets with epochs that make 3000 steps of either."""

MULTICLASS = ("donut_3D_2C", "donut_3D_3C", "donut_2D_6C", "donut_3D_6C", "squares_2D_4C", "squares_3D_4C")
"""The point sets of Table 4, in its order."""


@dataclass(frozen=True)
class Experiment:
    """A named group of configurations that one table compares.

    Attributes
    ----------
    title
        What varies, in a line.
    where
        The paper's section, tables and figures; "not in the paper" for our own.
    rows
        Label and configuration of each row, in order.
    repetitions
        How often each row is run, in the paper's experiments as often as there; the seeds are 0, 1, ...

    Raises
    ------
    ValueError
        If `repetitions` is not a positive whole number.
    """

    title: str
    where: str
    rows: Mapping[str, Configuration]
    repetitions: int = 4

    def __post_init__(self) -> None:
        assign(self, repetitions=whole("repetitions", self.repetitions))

    @property
    def of_images(self) -> bool:
        """Whether any row is on images."""
        return any(configuration.images is not None for configuration in self.rows.values())


def depths(d_hat: int) -> dict[str, Configuration]:
    """StandardNet and RK4Net of every depth on the spiral."""
    nets = ("StandardNet", "RK4Net")
    return {f"{net}, L = {L}": Configuration("spiral", net, d_hat, L) for net in nets for L in DEPTHS}


def methods(net: str, h: float = 0.05) -> dict[str, Configuration]:
    """A net of ten layers on spiral_3D with every loss and optimiser."""
    return {
        f"{net}, {loss}, {optimizer}": Configuration(
            "spiral_3D", net, 16, 10, h=h, protocol=Protocol(loss=loss, optimizer=optimizer)
        )
        for loss in LOSSES_COMPARED
        for optimizer in OPTIMIZERS_COMPARED
    }


def on_images(sets: Iterable[str], nets: Mapping[str, int], d_hat: int = 900) -> dict[str, Configuration]:
    """Nets, by name with their depths, on image sets."""
    return {
        f"{net}, d_hat = {d_hat}, L = {L}, {data}": Configuration(data, net, d_hat, L, protocol=Protocol(tolerance=0.1))
        for net, L in nets.items()
        for data in sets
    }


def convolutional() -> dict[str, Convolutional]:
    """Convolutional RK4 nets with each augmentation, other schemes, and a residual net of RK4's cost, on images."""
    nets: dict[str, tuple[str, dict[str, Any]]] = {f"rk4, {name}": ("RK4Net", {}) for name in AUGMENTED}
    schemes = {"euler": "EulerNet", "heun": "heun", "kutta3": "kutta3"}
    nets |= {f"{name}, 8 channels": (scheme, {}) for name, scheme in schemes.items()}
    nets["residual, 8 channels"] = ("EulerNet", {"L": 8, "activation": "relu"})
    found = {}
    for data in IMAGES_COMPARED:
        for samples, epochs in EPOCHS.items():
            for name, (scheme, changes) in nets.items():
                channels, border = AUGMENTED[name.partition(", ")[2]]
                options = {"L": 2, "lift": "zero", "h": 1.0, **changes}
                found[f"{name}, {samples} images, {data}"] = Convolutional(
                    data,
                    scheme,
                    width(channels, border),
                    **options,
                    protocol=Protocol(epochs=epochs, tolerance=0.1),
                    samples=samples,
                    channels=channels,
                    border=border,
                )
    return found


def schemes(T: float = 5.0) -> dict[str, Configuration]:
    """Every explicit scheme with one extra dimension: at 3 and 12 steps, and at twelve evaluations of f."""
    return {
        f"{scheme}, L = {L}, {data}": Configuration(data, scheme, 3, L, h=T / L)
        for data in ("spiral", "donut_2D_6C", "squares_2D_4C")
        for scheme, equal in SCHEMES_COMPARED.items()
        for L in sorted({3, 12, equal})
    }


DECLARED: dict[str, Experiment] = {
    "width": Experiment(
        "RK4Net without and with one more dimension",
        "Section 4.1, Figures 3 and 4",
        {
            f"{data}, d_hat = {d_hat}": Configuration(
                data, "RK4Net", d_hat, 100, lift="zero", protocol=Protocol(epochs=80)
            )
            for data in ("donut_2D", "squares")
            for d_hat in (2, 3)
        },
    ),
    "depth": Experiment("depth of StandardNet and RK4Net on the spiral", "Section 4.2, Tables 1 and 2", depths(16)),
    # No configuration of this one was published: its lift is taken to be that of the depth study.
    "depth-narrow": Experiment("the depth study at d_hat = 3", "Section 4.2, in the text", depths(3)),
    "logistic": Experiment(
        "logistic StandardNet on the spiral, whose features vanish early",
        "Section 4.2, in the text",
        {"StandardNet, L = 20": Configuration("spiral", "StandardNet", 16, 20, "logistic")},
    ),
    # The text speaks of a shallow StandardNet, the published configuration has L = 20: both are here.
    "activation": Experiment(
        "four activations on donut_1D",
        "Section 4.3, Figures 6 and 7",
        {
            f"{net}, L = {L}, {activation}": Configuration(
                "donut_1D", net, 16, L, activation, protocol=Protocol(epochs=60)
            )
            for net, L in (("RK4Net", 20), ("StandardNet", 20), ("StandardNet", 5))
            for activation in ACTIVATIONS_COMPARED
        },
        repetitions=2,
    ),
    # The text tells how the depth matters and names no depth.
    "activation-depth": Experiment(
        "four activations in RK4Nets of fewer layers on donut_1D",
        "Section 4.3, in the text",
        {
            f"RK4Net, L = {L}, {activation}": Configuration(
                "donut_1D", "RK4Net", 16, L, activation, protocol=Protocol(epochs=60)
            )
            for L in (1, 3, 5, 10)
            for activation in ACTIVATIONS_COMPARED
        },
        repetitions=2,
    ),
    "variability": Experiment(
        "spread of RK4Net over repetitions on donut_2D_6C",
        "Section 4.4, Table 3 and Figure 9",
        {"RK4Net, L = 100": Configuration("donut_2D_6C", "RK4Net", 16, 100)},
    ),
    "comparison": Experiment(
        "three nets on six point sets",
        "Section 4.4, Table 4 and Figures 10 to 13",
        {
            f"{net}, L = {L}, {data}": Configuration(data, net, 16, L)
            for net, L in COMPARED.items()
            for data in MULTICLASS
        },
    ),
    "training": Experiment(
        "two losses and four optimisers on spiral_3D",
        "Section 4, in the text: very similar results",
        methods("StandardNet") | methods("RK4Net"),
        repetitions=2,
    ),
    # RK4Net of width 900 on MNIST is a row of both tables.  A run of a deep net takes hours without a graphics card.
    "images": Experiment(
        "three nets on two image sets, and RK4Net on MNIST without augmentation",
        "Section 4.5, Tables 5 and 6, Figures 14 to 18",
        on_images(["MNIST"], {"RK4Net": 100}, d_hat=784) | on_images(IMAGES_COMPARED, COMPARED),
    ),
    "images-deep": Experiment(
        "StandardNet of a hundred layers on two image sets, at chance",
        "Section 4.5, in the text",
        on_images(IMAGES_COMPARED, {"StandardNet": 100}),
    ),
    # The rest is not in the paper.
    "training-time": Experiment(
        "the training study of RK4Net with ten times the time, h = 0.5", "not in the paper", methods("RK4Net", 0.5), 2
    ),
    "resnet": Experiment(
        "a residual net, h = 1, of StandardNet's cost and the deep nets' time on the six point sets",
        "not in the paper",
        {f"EulerNet, L = 5, {data}": Configuration(data, "EulerNet", 16, 5, h=1.0) for data in MULTICLASS},
    ),
    "fixed-time": Experiment(
        "the depth study with a fixed time T, so that h = T / L",
        "not in the paper",
        {
            f"{net}, T = {T:g}, L = {L}": Configuration("spiral", net, 16, L, h=T / L)
            for net, T in (("RK4Net", 0.25), ("RK4Net", 1.0), ("RK4Net", 5.0), ("EulerNet", 5.0))
            for L in DEPTHS
        },
    ),
    "lifts": Experiment(
        "four lifts of RK4Net at equal budget",
        "not in the paper",
        {
            f"{data}, d_hat = {d_hat}, {lift}": Configuration(data, "RK4Net", d_hat, 20, lift=lift)
            for data in ("spiral", "donut_2D_6C")
            for d_hat in (3, 16)
            for lift in LIFTS_COMPARED
        },
    ),
    "schemes": Experiment(
        "seven explicit schemes at equal steps and at equal evaluations, T = 5", "not in the paper", schemes()
    ),
    "convolution": Experiment(
        "convolutional nets: two augmentations, four schemes, and a residual net of the cost of RK4's",
        "Section 4.5 describes them and runs none",
        convolutional(),
    ),
}
EXPERIMENTS: Registry[Experiment] = Registry(**DECLARED)
"""Every experiment by name."""
