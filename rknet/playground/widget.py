"""The playground: nets trained in the page, in JupyterLab as a widget and in the built book without a kernel."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import torch
import traitlets
from numpy.typing import NDArray

from rknet.checks import choose, flag, instance, shown
from rknet.data.points import LAWS, PointSet, draw
from rknet.identity import layer_of, obstacle
from rknet.named import net_of
from rknet.nets import Net, RKNet
from rknet.playground import exported
from rknet.playground.limits import within
from rknet.plots import CLASS_COLOURS
from rknet.schemes import PAPER_NETS
from rknet.tableaus import TABLEAUS

MODULE = Path(__file__).with_name("playground.mjs")
"""The one file that computes and draws; `_esm` of the widget, and what the book's pages load."""

LAYOUT = ("lift", "K", "b", "W", "mu")
"""The weights that are exchanged: (d_hat, 2), (L, d_hat, d_hat), (L, d_hat), (classes, d_hat), (classes,)."""

SCHEMES = ("euler", "heun", "kutta3", "rk4", "rk38")
"""Schemes that the page knows by name; any other explicit tableau is sent by its entries."""


@dataclass(frozen=True)
class Preset:
    """An experiment to start with: its title, its configuration and what it shows."""

    title: str
    configuration: Mapping[str, Any]
    say: str


def _plane(d_hat: int) -> dict[str, Any]:
    """donut_2D with the width study's time T = 5 in twenty layers, so that it takes seconds."""
    return {"data": "donut_2D", "net": "RKNet", "scheme": "rk4", "d_hat": d_hat, "L": 20, "h": 0.25, "lift": "zero"}


def _spiral(net: str, L: int) -> dict[str, Any]:
    scheme = {} if net == "StandardNet" else {"scheme": "rk4", "h": 0.05}
    return {"data": "spiral", "net": net, "d_hat": 16, "L": L, "activation": "tanh", "lift": "linear", **scheme}


def _strip(activation: str) -> dict[str, Any]:
    return {**_spiral("RKNet", 5), "data": "donut_1D", "activation": activation}


PRESETS: dict[str, Preset] = {
    "plane": Preset(
        "2D cannot untie the donut",
        _plane(2),
        "A flow of the plane cannot take the disc out of its ring: wherever training leads, its region has a tail.",
    ),
    "space": Preset(
        "One extra dimension",
        _plane(3),
        "Training lifts the disc into the third dimension like the tip of a cone, and a plane cuts it off.",
    ),
    "forgets": Preset(
        "StandardNet forgets",
        _spiral("StandardNet", 40),
        "Forty plain layers press all points into one before training begins: there is nothing left to learn from.",
    ),
    "depth": Preset(
        "Depth helps RK4Net",
        _spiral("RKNet", 20),
        "Each layer moves the points a little; after training, twenty layers part the two arms.",
    ),
    "standard-5": Preset("StandardNet, 5 layers", _spiral("StandardNet", 5), "Five plain layers still see the spiral."),
    "standard-20": Preset("StandardNet, 20 layers", _spiral("StandardNet", 20), "Twenty plain layers are the edge."),
    "standard-100": Preset(
        "StandardNet, 100 layers", _spiral("StandardNet", 100), "A hundred plain layers give every point one answer."
    ),
    "rk4-5": Preset(
        "RK4Net, 5 layers",
        _spiral("RKNet", 5),
        "Five layers of step 0.05 may move a point by a quarter in each coordinate: a short leash.",
    ),
    "rk4-20": Preset("RK4Net, 20 layers", _spiral("RKNet", 20), "Twenty layers have the time to part the two arms."),
    "rk4-100": Preset(
        "RK4Net, 100 layers", _spiral("RKNet", 100), "A hundred layers cost five times as much and learn no worse."
    ),
    "tanh": Preset("tanh", _strip("tanh"), "tanh is odd and a strip is even: the net waits on a plateau at first."),
    "logistic": Preset("logistic", _strip("logistic"), "A tanh of half the size: it waits longer."),
    "relu": Preset("ReLU", _strip("relu"), "ReLU is half even from the start."),
    "softplus": Preset("softplus", _strip("softplus"), "softplus is curved at 0, and so even in part."),
}
"""Every experiment that a playground can begin with, by name."""

BOUNDED = ("accuracy", "noise", "samples", "share", "h", "d_hat", "L", "rate", "decay", "batch", "epochs", "seed")
NAMED = ("data", "net", "scheme", "activation", "lift")
"""What a goal may ask for: numbers by their least and most, and names."""

FIRST = 12
"""Epochs that the guided start trains before it shows what layers do."""

GUIDE: list[dict[str, Any]] = [
    {
        "title": "The points",
        "say": "Blue points fill a disc, and orange points surround it. The network learns from some of them and has "
        "to tell the colour of new ones.",
        "lit": "decide",
    },
    {
        "title": "What the layers do",
        "say": f"The network first trains for {FIRST} epochs. Each layer then moves the points a little, and the plane "
        "with them: drag the slider “layer” and watch the grid bend. At the end one straight line must part the "
        "colours.",
        "configuration": _plane(2),
        "epochs": FIRST,
        "flow": True,
        "lit": "feat",
    },
    {
        "title": "Why two dimensions fail",
        "say": "Training starts by itself. Layers bend and stretch the plane but never tear it: the disc stays inside "
        "its ring, and no straight line parts the two.",
        "configuration": _plane(2),
        "play": True,
        "lit": "feat",
    },
    {
        "title": "What a third dimension does",
        "say": "Training starts again. Points now have a third coordinate, 0 at first. The layers lift the disc out of "
        "its ring like the tip of a cone, and a flat plane cuts it off. Where the prediction has no points, its colour "
        "is a guess.",
        "configuration": _plane(3),
        "play": True,
        "lit": "feat",
    },
]
"""The steps of the guided start, as the page reads them: their captions, and what each of them trains."""


def _to_json(weights: Mapping[str, NDArray[np.float32]], widget: object) -> dict[str, str]:
    """Arrays as base64 of little-endian float32, row by row."""
    return {name: base64.b64encode(np.asarray(w, "<f4").tobytes()).decode() for name, w in weights.items()}


def _from_json(sent: Mapping[str, str], widget: Any) -> dict[str, NDArray[np.float32]]:
    """The arrays in the shapes that the widths of mu and the lift decide."""
    flat = {name: np.frombuffer(base64.b64decode(text), "<f4").astype(np.float32) for name, text in sent.items()}
    if not flat:
        return {}
    d_hat, classes = flat["lift"].size // 2, flat["mu"].size
    shapes = {"lift": (d_hat, 2), "K": (-1, d_hat, d_hat), "b": (-1, d_hat), "W": (classes, d_hat), "mu": (classes,)}
    return {name: flat[name].reshape(shapes[name]) for name in LAYOUT}


class Playground(anywidget.AnyWidget):
    """Networks trained in the page, with every control; what is chosen and trained there is here as well.

    Parameters
    ----------
    preset
        Name in `PRESETS` of the experiment to begin with.
    presets
        Names of the experiments offered on buttons.
    configuration
        What differs from the preset, as the page writes it into `configuration`.
    net
        A net to go on with, of input dimension 2; the page starts from its weights.
    data
        Points in the plane to train and validate with; or a pair, to train with and to validate with.
    task
        A task for the reader, shown on top.
    compact
        Whether data and training settings are folded away, for a narrow column.
    race
        Names in `PRESETS` of several experiments, trained side by side on the same points under one play; what differs
        from them for all is `configuration`.
    goal
        When the task is solved: least and most of ``"accuracy"`` and of numbers of the configuration, and names in
        it, as in ``{"net": "StandardNet", "L": (1, 10), "accuracy": (0.95, 1)}``.
    guide
        Whether a guided start in four steps is open at first.

    Attributes
    ----------
    configuration
        Data, net and training as chosen in the page, in plain values.
    weights
        Arrays by name as in `LAYOUT`: those of the page at its last pause, empty before.
    history
        Lists `train_cost`, `train_accuracy`, `val_cost`, `val_accuracy`, as in `rknet.History`.
    record
        The run as exported: data, initial weights, configuration, seed and hash, for ``rknet verify FILE.json``.

    Raises
    ------
    ValueError
        If a preset is unknown, the net or the data are not of the plane, or a number is out of the page's range.
    """

    _esm = MODULE.read_text("utf8") if MODULE.is_file() else ""

    configuration = traitlets.Dict().tag(sync=True)
    weights = traitlets.Dict().tag(sync=True, to_json=_to_json, from_json=_from_json)
    history = traitlets.Dict().tag(sync=True)
    record = traitlets.Dict().tag(sync=True)
    presets: Any = traitlets.List().tag(sync=True)
    task = traitlets.Unicode().tag(sync=True)
    compact = traitlets.Bool(False).tag(sync=True)
    guide: Any = traitlets.List().tag(sync=True)
    goal: Any = traitlets.Dict().tag(sync=True)
    race: Any = traitlets.List().tag(sync=True)

    def __init__(
        self,
        preset: str = "space",
        *,
        presets: Iterable[str] = (),
        configuration: Mapping[str, Any] | None = None,
        net: Net | None = None,
        data: PointSet | tuple[PointSet, PointSet] | None = None,
        task: str = "",
        compact: bool = False,
        guide: bool = False,
        goal: Mapping[str, tuple[float, float] | str] | None = None,
        race: Iterable[str] = (),
    ) -> None:
        chosen = dict(choose("preset", preset, PRESETS).configuration)
        offered: list[dict[str, Any]] = [_plain(choose("presets", name, PRESETS)) for name in presets]
        weights: dict[str, NDArray[np.float32]] = {}
        if not isinstance(configuration, Mapping | None):
            raise ValueError(
                f"configuration: must be a mapping, got {shown(configuration)}; pass for example {{'L': 5}}"
            )
        if not isinstance(task, str):
            raise ValueError(f"task: must be a text, got {shown(task)}; pass a sentence, or leave it out")
        sets = data if isinstance(data, tuple) else (data,)
        if data is not None and not (1 <= len(sets) <= 2 and all(isinstance(points, PointSet) for points in sets)):
            raise ValueError(f"data: must be a point set or two, got {shown(data)}; pass those of rknet.draw")
        if data is not None:
            chosen["data"] = _given(*sets)
        if net is not None:
            chosen |= _of_net(net)
            weights = _weights(net)
        super().__init__(
            configuration=chosen | dict(configuration or {}),
            weights=weights,
            presets=offered,
            task=task,
            compact=flag("compact", compact),
            goal=_goal({} if goal is None else goal),
            race=[_plain(choose("race", name, PRESETS)) for name in race],
            guide=GUIDE if flag("guide", guide) else [],
        )

    @traitlets.validate("configuration")
    def _within(self, proposal: Mapping[str, Any]) -> Any:
        within(proposal["value"])
        return proposal["value"]

    def to_net(self) -> Net:
        """The net with the weights that the page has trained.

        Raises
        ------
        ValueError
            If the page has not sent weights yet.
        """
        if not self.weights:
            raise ValueError(
                "weights: must have come from the page, got none; run the cell that shows the playground, then train"
            )
        c, (classes, d_hat) = self.configuration, self.weights["W"].shape
        shape: dict[str, Any] = {"d": 2, "d_hat": d_hat, "classes": classes, "L": len(self.weights["b"])}
        shape |= {"activation": c.get("activation", "tanh"), "lift": c.get("lift", "zero")}
        scheme, h = c.get("scheme", "rk4"), c.get("h", 0.05)
        if c.get("net") == "StandardNet":
            scheme = "standard"
        elif isinstance(scheme, Mapping):
            scheme = exported.tableau(scheme)
        net = net_of(scheme, h=h, **shape)
        targets = {"K": net.K, "b": net.b, "W": net.W, "mu": net.mu}
        if net.lift_name != "zero":
            targets["lift"] = net.lift.matrix  # type: ignore[assignment]  # a buffer, not a parameter
        with torch.no_grad():
            for name, target in targets.items():
                target.copy_(torch.from_numpy(self.weights[name]))
        return net

    @property
    def net_name(self) -> str:
        """What the chosen net is called in the book."""
        if self.configuration.get("net") == "StandardNet":
            return "StandardNet"
        scheme = self.configuration.get("scheme", "rk4")
        if isinstance(scheme, Mapping):
            return "an RKNet with a typed tableau"
        tableau = TABLEAUS[scheme]
        return next((name for name, known in PAPER_NETS.items() if known == tableau), f"the RKNet of {tableau.name}")

    def __repr__(self) -> str:
        c = self.configuration
        data = c["data"] if isinstance(c["data"], str) else f"{len(c['data']['c'])} points"
        return f"Playground({self.net_name}, d_hat={c['d_hat']}, L={c['L']}, on {data})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget's own view, and for pages without a kernel an element that the book's script brings to life."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = {**(data or {}), "text/plain": repr(self), "text/html": self.to_html()}
        return data, metadata

    def to_html(self) -> str:
        """The element of a page that the book's script turns into the playground; without script, a picture."""
        state = {
            name: getattr(self, name)
            for name in ("compact", "configuration", "goal", "guide", "presets", "race", "task")
        }
        if self.weights:
            state["weights"] = _to_json(self.weights, self)
        c = self.configuration
        data = c["data"] if isinstance(c["data"], str) else "the points of the picture"
        sentence = (
            f"A playground that trains {self.net_name} of width {c['d_hat']} with {c['L']} layers on {data}, in the "
            "page itself. It needs JavaScript; without it, here are the points."
        )
        attribute = html.escape(json.dumps(state, sort_keys=True, separators=(",", ":")))
        name = "rknet-playground" if self.compact else "rknet-playground rknet-wide"
        caption = html.escape(f"{sentence} {self.task}".strip())
        return (
            f'<div class="{name}" data-state="{attribute}">'
            f"<figure>{_picture(c['data'])}<figcaption>{caption}</figcaption></figure></div>"
        )


def _goal(goal: Mapping[str, tuple[float, float] | str]) -> dict[str, list[float] | str]:
    """A goal in the plain values that the page reads."""
    if not isinstance(goal, Mapping):
        raise ValueError(f"goal: must be a mapping, got {shown(goal)}; pass for example {{'accuracy': (0.95, 1)}}")
    plain: dict[str, list[float] | str] = {}
    for name, wanted in goal.items():
        choose("goal", name, dict.fromkeys((*BOUNDED, *NAMED)))
        if name in NAMED and isinstance(wanted, str):
            plain[name] = wanted
        elif name in BOUNDED and _is_range(wanted):
            plain[name] = [float(bound) for bound in wanted]
        else:
            rule = "a name" if name in NAMED else "a pair (least, most)"
            raise ValueError(f"goal: must give {name} {rule}, got {shown(wanted)}; pass for example {{'L': (1, 10)}}")
    return plain


def _is_range(bounds: Any) -> bool:
    """Whether this is a pair of numbers, the least first."""
    if not (isinstance(bounds, tuple | list) and len(bounds) == 2):
        return False
    return all(isinstance(bound, int | float) for bound in bounds) and bounds[0] <= bounds[1]


def _plain(preset: Preset) -> dict[str, Any]:
    return {"title": preset.title, "configuration": dict(preset.configuration), "say": preset.say}


def _given(train: PointSet, validation: PointSet | None = None) -> dict[str, Any]:
    """Point sets in the plain values that the page reads."""
    for points in (train, validation):
        if points is not None and points.d != 2:
            raise ValueError(f"data: must be points of the plane, d = 2, got d = {points.d}; choose two coordinates")
    given: dict[str, Any] = {"classes": train.classes, "X": train.X.tolist(), "c": train.c.tolist()}
    if validation is not None:
        given["validation"] = {"X": validation.X.tolist(), "c": validation.c.tolist()}
    return given


def _of_net(net: Net) -> dict[str, Any]:
    """The part of a configuration that a net decides."""
    instance("net", net, Net)
    if net.d != 2:
        raise ValueError(f"net: must take points of the plane, d = 2, got d = {net.d}; build it with d=2")
    reason = obstacle(net)
    kind = layer_of(net) if reason is None else None
    if kind is None:
        reason = reason or f"its layers are those of a {type(net).__name__}"
        raise ValueError(
            f"net: must compute what a StandardNet or an RKNet does, got a {type(net).__name__}, but {reason}; "
            f"the page knows no other, so pass a plain net"
        )
    if net.by_layer():
        raise ValueError(
            f"net: must have one step size for all layers, got {shown(net.by_layer()[0])}; the page knows no other, so "
            f"pass a net with a number h"
        )
    net.validate()
    common = {"d_hat": net.d_hat, "L": net.L, "activation": net.activation, "lift": net.lift_name}
    if kind == "standard":
        return {**common, "net": "StandardNet"}
    assert isinstance(net, RKNet)
    name = next((name for name in SCHEMES if TABLEAUS[name] == net.tableau), None)
    A = [[str(a) for a in row[:i]] for i, row in enumerate(net.tableau.A)]
    scheme = name or {"A": A, "beta": [str(w) for w in net.tableau.beta]}
    return {**common, "net": "RKNet", "scheme": scheme, "h": net.h}


def _weights(net: Net) -> dict[str, NDArray[np.float32]]:
    """The weights of a net by the names of `LAYOUT`."""
    lift = getattr(net.lift, "matrix", torch.eye(net.d_hat, net.d, device="cpu"))
    tensors = {"lift": lift, "K": net.K, "b": net.b, "W": net.W, "mu": net.mu}
    return {name: tensor.detach().cpu().numpy().astype(np.float32) for name, tensor in tensors.items()}


def _picture(data: str | Mapping[str, Any], N: int = 240, side: int = 320) -> str:
    """Points as an SVG: class 0 as dots, the others as triangles, in their colours."""
    points = draw(data, N) if isinstance(data, str) else PointSet(data["X"][:N], data["c"][:N], data["classes"])
    places = np.round((points.X * [1, -1] + 4) * side / 8).astype(int)
    paths = []
    for k in range(points.classes):
        mark = "h0" if k == 0 else "l-3 5h6z"
        shape = "".join(f"M{x} {y}{mark}" for x, y in places[points.c == k])
        style = 'stroke-width="5" stroke-linecap="round" stroke' if k == 0 else "fill"
        paths.append(f'<path d="{shape}" {style}="{CLASS_COLOURS[k]}"/>')
    name = f"Points of {data}" if isinstance(data, str) and data in LAWS else "Points"
    return (
        f'<svg role="img" aria-label="{name} in the square from -4 to 4, in the colours of their classes" '
        f'viewBox="0 0 {side} {side}" width="{side}" height="{side}" overflow="hidden">{"".join(paths)}</svg>'
    )
