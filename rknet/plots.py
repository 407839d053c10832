"""The figures of the book: each function draws one thing into axes that it is given, and trains nothing.

Colours are the Okabe-Ito set, safe for the common colour-vision deficiencies, and every class has a marker as well.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import AbstractMovieWriter, FuncAnimation
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy.linalg import orthogonal_procrustes
from scipy.special import softmax
from sklearn.decomposition import PCA

from rknet.checks import (
    array,
    choose,
    each,
    finite,
    flag,
    fraction,
    inputs,
    instance,
    labels,
    positive,
    room,
    sequence,
    shown,
    whole,
)
from rknet.history import History
from rknet.nets import Net
from rknet.trees import Tree, layout, size_of

WIDTH = 7.2
"""Width of a figure in inches: 720 px on the page at `style`'s 100 px an inch, stored at twice that."""

CLASS_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#E69F00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#000000",
    "#7F7F7F",
    "#8C564B",
)
CLASS_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*", "<", ">")
"""Colour and marker of class 0, 1, ..., 9."""

NET_STYLES: dict[str, dict[str, Any]] = {
    "StandardNet": {"color": "#7A6248", "linestyle": "-"},
    "EulerNet": {"color": "#56B4E9", "linestyle": "-."},
    "RK4Net": {"color": "#0072B2", "linestyle": "-"},
}
"""Line style of each net in every figure that compares them."""

HAIR: dict[str, Any] = {"linewidth": 0.4, "alpha": 0.6}
"""How single repetitions are drawn beside their mean."""

INK = "#333333"
VIEW = {"elev": 18.0, "azim": -62.0}
"""The angle from which every three-dimensional panel is seen."""

MOST_PIXELS = 2**16 - 1
"""Largest height and width of a figure that matplotlib draws."""

PIXEL = 8
"""Bytes of a pixel: four on the canvas, four in the picture that is saved."""

FRAME = 2**20
"""Bytes of a frame of an animation."""

GRID_POINT = 128
"""Bytes of a point of a grid while regions are drawn: its coordinates, a colour, and probabilities of some classes."""

Projection = Callable[[NDArray[Any]], NDArray[Any]]
Classifier = Callable[[NDArray[Any]], NDArray[Any]]
"""Samples (N, d) to class probabilities (N, classes)."""
Box = tuple[float, float, float, float]
"""Left, right, lower and upper end."""


def style() -> None:
    """Set matplotlib's defaults for the book's figures: call it once at the top of a chapter."""
    plt.rcParams.update(
        {
            "figure.dpi": 200,
            "figure.facecolor": "white",
            "font.family": "sans-serif",
            "font.size": 8.6,
            "axes.titlesize": 8.6,
            "axes.labelsize": 8.6,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.linewidth": 0.6,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "xtick.labelsize": 7.5,
            "ytick.labelsize": 7.5,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "legend.frameon": False,
            "legend.fontsize": 8,
            "lines.linewidth": 1.4,
        }
    )


def panels(kinds: Sequence[Sequence[str]], *, height: float = 2.4, width: float = WIDTH) -> tuple[Figure, NDArray[Any]]:
    """A grid of axes, one for each entry of `kinds` ("2d" or "3d"); `height` inches per row, `width` inches in all."""
    known = {"2d": None, "3d": "3d"}
    height, width = positive("height", height), positive("width", width)
    kinds = [sequence("kinds", row) for row in sequence("kinds", kinds)]
    if not kinds or not kinds[0] or len({len(row) for row in kinds}) > 1:
        raise ValueError(f"kinds: must be rows of one length, got {shown(kinds)}; pass for example [['2d', '3d']]")
    rows, columns = len(kinds), len(kinds[0])
    for argument, value, inches in (("height", height, height * rows), ("width", width, width)):
        if inches * plt.rcParams["figure.dpi"] > MOST_PIXELS:
            raise ValueError(
                f"{argument}: must give a figure of at most {MOST_PIXELS} pixels at {plt.rcParams['figure.dpi']:g} an "
                f"inch, got {value}, or {inches:g} inches in all; pass inches, not pixels"
            )
    pixels = height * rows * width * plt.rcParams["figure.dpi"] ** 2
    room("height", height, math.ceil(pixels), PIXEL)
    figure = plt.figure(figsize=(width, height * rows), layout="constrained")
    axes = np.empty((rows, columns), dtype=object)
    for i, row in enumerate(kinds):
        for j, kind in enumerate(row):
            axes[i, j] = figure.add_subplot(rows, columns, i * columns + j + 1, projection=choose("kinds", kind, known))
    return figure, axes


def scatter(ax: Any, X: ArrayLike, c: ArrayLike, *, size: float = 7.0, alpha: float = 0.75) -> None:
    """Points X (N, 2), or (N, 3) in three-dimensional axes, in the colours and markers of their classes c (N,)."""
    X, c = _points(X, c, (3,) if _is_3d(ax) else (2,))
    size, alpha = positive("size", size), fraction("alpha", alpha)
    for k in np.unique(c):
        ax.scatter(
            *X[c == k].T,
            s=size,
            color=CLASS_COLOURS[k],
            marker=CLASS_MARKERS[k],
            alpha=alpha,
            linewidths=0,
            label=f"class {k + 1}",
            zorder=2,
        )
    if _is_3d(ax):
        _tidy_3d(ax)
    else:
        ax.set_aspect("equal", adjustable="datalim")


def input_space(ax: Axes, bound: float = 4.0) -> None:
    """Dress axes as the input space: the square [-bound, bound]^2 with equal aspect and ticks at its ends and 0."""
    bound = positive("bound", bound)
    ax.set(xlim=(-bound, bound), ylim=(-bound, bound))
    ax.set_aspect("equal", adjustable="box")
    ax.set(xticks=(-bound, 0, bound), yticks=(-bound, 0, bound), xlabel="$x_1$", ylabel="$x_2$")
    ax.xaxis.labelpad = ax.yaxis.labelpad = 0


def prediction(
    ax: Axes,
    probability: Classifier,
    X: ArrayLike,
    c: ArrayLike,
    *,
    bound: float = 4.0,
    resolution: int = 240,
) -> None:
    """Points over the regions that a classifier of the plane makes of [-bound, bound]^2.

    `probability` maps samples (N, 2) to class probabilities (N, classes).  A region has its class's colour, stronger
    where the classifier is more confident; the thin line is where two classes are equally probable.
    """
    bound = positive("bound", bound)
    _draw_regions(ax, probability, (-bound, bound, -bound, bound), resolution)
    scatter(ax, X, c, size=5, alpha=0.6)
    input_space(ax, bound)


def boundary(ax: Axes, probability: Classifier, *, bound: float = 4.0, resolution: int = 240) -> None:
    """The boundary of a classifier of the plane as a dashed line: for the best possible one of `rknet.data.bayes`."""
    bound = positive("bound", bound)
    box = (-bound, bound, -bound, bound)
    _draw_boundary(ax, _on_grid(probability, box, resolution), box, "--")


def output_plane(ax: Axes, net: Net, X: ArrayLike, c: ArrayLike, *, resolution: int = 240) -> None:
    """Output features of samples X (N, d) in their two principal components, over the regions that W, mu make there.

    A point of the plane is classified where it lies in feature space, without the components that are not drawn.
    """
    instance("net", net, Net)
    Y = net.flow(X)[-1]
    plane = principal(Y, 2, c)
    W, mu = net.W.detach().numpy(), net.mu.detach().numpy()
    Z = plane.transform(Y)
    centre, half = (Z.max(axis=0) + Z.min(axis=0)) / 2, 0.54 * np.ptp(Z, axis=0).max()
    box = (centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half)
    _draw_regions(ax, lambda Z: softmax(plane.inverse_transform(Z) @ W.T + mu, axis=1), box, resolution)
    scatter(ax, Z, c, size=5, alpha=0.6)
    ax.set(xlim=box[:2], ylim=box[2:], xlabel="component 1", ylabel="component 2")
    ax.set_aspect("equal", adjustable="box")
    for axis in (ax.xaxis, ax.yaxis):
        axis.labelpad = 0
        axis.set_major_locator(MaxNLocator(3))


def _on_grid(probability: Classifier, box: Box, resolution: int) -> NDArray[Any]:
    """Class probabilities (resolution^2, classes) on a grid of a box of the plane."""
    left, right, low, high = box
    if not callable(probability):
        raise ValueError(
            f"probability: must be a function of samples, got {shown(probability)}; pass for example net.predict_proba"
        )
    room("resolution", resolution, whole("resolution", resolution, least=2) ** 2, GRID_POINT)
    ticks = np.linspace(left, right, resolution), np.linspace(low, high, resolution)
    grid = np.stack(np.meshgrid(*ticks), axis=-1).reshape(-1, 2)
    P = array("probability", probability(grid.astype(np.float32)))
    most = len(CLASS_COLOURS)
    if P.ndim != 2 or len(P) != len(grid) or not 2 <= P.shape[1] <= most or P.dtype.kind not in "fiu":
        raise ValueError(
            f"probability: must answer N samples by numbers of shape (N, classes) with 2 to {most} classes, got "
            f"{P.dtype} {P.shape} for N = {len(grid)}; pass for example net.predict_proba"
        )
    return P.astype(float)


def _draw_regions(ax: Axes, probability: Classifier, box: Box, resolution: int) -> None:
    """The regions of a classifier of the plane, opaque by its confidence, and the lines between them."""
    P = _on_grid(probability, box, resolution)
    winner, confidence, K = P.argmax(axis=1), P.max(axis=1), P.shape[1]
    colours = np.array([to_rgb(colour) for colour in CLASS_COLOURS])[winner]
    opacity = 0.2 + 0.15 * (confidence - 1 / K) / (1 - 1 / K)
    image = np.column_stack([colours, opacity]).reshape(resolution, resolution, 4)
    ax.imshow(image, origin="lower", extent=box, interpolation="nearest", zorder=0)
    _draw_boundary(ax, P, box, "-")


def _draw_boundary(ax: Axes, P: NDArray[Any], box: Box, line: str) -> None:
    """Where two classes are equally and most probable: each pair's line once, since dashes drawn twice fill up."""
    resolution = round(len(P) ** 0.5)
    ticks = np.linspace(*box[:2], resolution), np.linspace(*box[2:], resolution)
    for j, k in combinations(range(P.shape[1]), 2):
        elsewhere = P[:, [j, k]].max(axis=1) < P.max(axis=1)
        margin = np.ma.masked_where(elsewhere, P[:, j] - P[:, k])
        if margin.count() and margin.min() < 0 < margin.max():
            grid = margin.reshape(resolution, resolution)
            ax.contour(*ticks, grid, levels=[0], colors=INK, linewidths=0.7, linestyles=line, zorder=3)


def select(*coordinates: int) -> Projection:
    """The projection of features (N, d_hat) onto some of their coordinates, counted from 0."""
    chosen = [whole("coordinates", coordinate, least=0) for coordinate in coordinates]

    def project(Y: NDArray[Any]) -> NDArray[Any]:
        if max(chosen, default=0) >= Y.shape[1]:
            raise ValueError(
                f"coordinates: must lie in 0..{Y.shape[1] - 1} for features of {Y.shape[1]} dimensions, got {chosen}; "
                f"leave out those beyond"
            )
        return Y[:, chosen]

    return project


def pca(dimensions: int, c: ArrayLike | None = None) -> Projection:
    """The projection of features (N, d_hat) onto their principal components, fitted to the features it is given.

    For c (N,) see `principal`.
    """
    return lambda Y: principal(Y, dimensions, c).transform(Y)


def principal(Y: ArrayLike, dimensions: int, c: ArrayLike | None = None) -> PCA:
    """The principal components of features Y (N, d_hat) as a fitted PCA, signed so that pictures are not mirrored.

    Each component points to where the class numbers c (N,) grow; without c its largest entry is positive, as
    scikit-learn has it.
    """
    Y = inputs("Y", Y)
    if whole("dimensions", dimensions) > min(Y.shape):
        raise ValueError(
            f"dimensions: must be at most {min(Y.shape)} for features of shape {Y.shape}, got {dimensions}; "
            f"pass {min(Y.shape)} or less"
        )
    fitted = PCA(dimensions, svd_solver="full").fit(Y)
    if c is not None:
        fitted.components_[labels("c", c, len(Y), len(CLASS_COLOURS)) @ fitted.transform(Y) < 0] *= -1
    return fitted


def principal_flow(flow: ArrayLike, dimensions: int = 3) -> NDArray[np.float64]:
    """Principal components of every layer of a flow (L+1, N, d_hat), each picture turned to meet the one before.

    PCA is fitted anew for each layer, as in the paper's Figure 5.  Its axes are only known up to their signs, and
    where two variances are close, up to a rotation: pictures of neighbouring layers would flip.  So from layer 1 on
    the components are rotated or mirrored among themselves, which changes no distance, to be as near as possible to
    those of the layer before (the orthogonal Procrustes problem).  Shape (L+1, N, dimensions).
    """
    project = pca(dimensions)
    turned = [project(Y) for Y in _flow(flow)]
    for l in range(1, len(turned)):
        rotation, _ = orthogonal_procrustes(turned[l], turned[l - 1])
        turned[l] = turned[l] @ rotation
    return np.stack(turned)


def trajectories(ax: Axes, flow: ArrayLike, c: ArrayLike, *, points: int = 50) -> None:
    """Paths of the first `points` samples through the layers: from a small dot at y[0] to a large one at y[L].

    The flow has shape (L+1, N, 2), or (L+1, N, 3) in three-dimensional axes; c has shape (N,).
    """
    flow = _flow(flow)[:, : whole("points", points)]
    dimensions = 3 if _is_3d(ax) else 2
    if flow.shape[2] != dimensions:
        raise ValueError(
            f"flow: must have shape (L+1, N, {dimensions}), got {flow.shape}; "
            f"choose coordinates first, flow[:, :, :{dimensions}]"
        )
    c = np.atleast_1d(array("c", c))[: flow.shape[1]]
    c = labels("c", c, flow.shape[1], len(CLASS_COLOURS))
    for n, k in enumerate(c):
        ax.plot(*flow[:, n].T, color=CLASS_COLOURS[k], linewidth=0.7, alpha=0.55, zorder=1)
    scatter(ax, flow[0], c, size=3, alpha=0.9)
    scatter(ax, flow[-1], c, size=20, alpha=0.9)


def features(
    axes: Iterable[Axes], flow: ArrayLike, c: ArrayLike, layers: Sequence[int], project: Projection = select(0, 1)
) -> None:
    """Feature transformation: one panel per layer, the states flow[l] (N, d_hat) projected to the panel's dimension."""
    flow, axes, layers = _flow(flow), sequence("axes", axes), sequence("layers", layers)
    if len(axes) != len(layers):
        raise ValueError(
            f"layers: must name one layer for each of the {len(axes)} axes, got {len(layers)}; add or drop some"
        )
    for ax, l in zip(axes, layers, strict=True):
        if not isinstance(l, (int, np.integer)) or not -len(flow) <= l < len(flow):
            raise ValueError(f"layers: must lie in 0..{len(flow) - 1}, the layers of flow, got {l!r}; leave it out")
        scatter(ax, project(flow[l]), c)
        ax.set_title(f"layer {l % len(flow)}")


def convergence(
    ax: Axes, runs: Mapping[str, Sequence[History]], quantity: str = "accuracy", *, training: bool = True
) -> None:
    """Accuracy (%) or cost by epoch: mean over runs, training dotted, validation with a band of one sd and its runs.

    Where some runs stopped early, mean and (population) standard deviation are over those still running.
    """
    scale = choose("quantity", quantity, {"accuracy": 100.0, "cost": 1.0})
    instance("runs", runs, Mapping)
    training = flag("training", training)
    for index, (name, histories) in enumerate(runs.items()):
        if not histories:
            raise ValueError(f"runs: each net needs at least one history, got none for {name!r}; leave it out")
        histories = each("runs", histories, History)
        style = NET_STYLES.get(name) or _numbered_style(index)
        for part in ("train", "val") if training else ("val",):
            curves = [scale * getattr(history, f"{part}_{quantity}") for history in histories]
            table = np.full((len(curves), max(map(len, curves))), np.nan)
            for row, curve in zip(table, curves, strict=True):
                row[: len(curve)] = curve
            mean, sd = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
            if part == "train":
                ax.plot(mean, color=style["color"], linestyle=":")
                continue
            ax.plot(mean, **style, label=name)
            if len(curves) > 1:
                ax.fill_between(range(len(mean)), mean - sd, mean + sd, color=style["color"], alpha=0.2, linewidth=0)
                ax.plot(table.T, color=style["color"], **HAIR)
    ax.set(xlabel="epoch", ylabel="accuracy (%)" if quantity == "accuracy" else "cost")
    if len(runs) > 1:
        ax.legend()


def _numbered_style(index: int) -> dict[str, Any]:
    """For what is no net of the paper: colour and marker of a class, since dotted lines stand for training."""
    most = len(CLASS_COLOURS)
    if index >= most:
        raise ValueError(f"runs: must be at most {most} nets in one figure, got {index + 1}; draw several figures")
    marks = {"marker": CLASS_MARKERS[index], "markersize": 3.5, "markevery": (0.03 * index, 0.2)}
    return {"color": CLASS_COLOURS[index], "linestyle": "-", **marks}


def image(ax: Axes, x: ArrayLike, truth: str, answer: str | None = None, *, shape: tuple[int, int] = (28, 28)) -> None:
    """A grey image x (height * width,), dark on light, under its true label and above what a net answers.

    A wrong answer is marked by a cross, bold letters and a frame, a right one by a tick.
    """
    instance("truth", truth, str)
    instance("answer", "" if answer is None else answer, str)
    pixels, sides = array("x", x), tuple(whole("shape", side) for side in sequence("shape", shape))
    if len(sides) != 2:
        raise ValueError(f"shape: must be height and width, got {sides}; pass for example (28, 28)")
    if pixels.shape != (math.prod(sides),):
        raise ValueError(
            f"x: must be one flattened image of {sides[0]} x {sides[1]} pixels, got shape {pixels.shape}; "
            f"pass X[n], and shape=(height, width) for other sizes"
        )
    ax.imshow(pixels.reshape(sides), cmap="gray_r", interpolation="nearest")
    ax.set(xticks=(), yticks=())
    ax.set_title(truth, pad=3)
    wrong = answer is not None and answer != truth
    ax.spines[:].set(visible=True, color=CLASS_COLOURS[1] if wrong else "#bbbbbb", linewidth=2.5 if wrong else 0.5)
    if answer is not None:
        ax.set_xlabel(
            f"{'✗' if wrong else '✓'} {answer}",
            fontweight="bold" if wrong else "normal",
            labelpad=3,
        )


def rooted_tree(
    ax: Axes, tree: Tree, kinds: str = "", *, at: tuple[float, float] = (0.0, 0.0), unit: float = 1.0, size: float = 5.0
) -> None:
    """A rooted tree of `rknet.trees`, its root at a point of the axes and its branches upwards.

    Parameters
    ----------
    tree
        The tuple of its subtrees.
    kinds
        One letter a node, each node before its subtrees: "p" draws a hollow node and any other letter a filled one.
    at
        The root's place in the axes.
    unit
        Distance between levels and between neighbouring leaves.
    size
        Diameter of a node in points.

    Raises
    ------
    ValueError
        If `kinds` has another number of letters than the tree has nodes, or an argument is of another type.
    """
    instance("tree", tree, tuple)
    instance("kinds", kinds, str)
    unit, size, at = positive("unit", unit), positive("size", size), sequence("at", at)
    if len(at) != 2 or not all(finite(x) is not None for x in at):
        raise ValueError(f"at: must be two finite numbers, got {shown(at)}; pass for example (0.0, 0.0)")
    if kinds and len(kinds) != size_of(tree):
        raise ValueError(
            f"kinds: must have one letter for each of the tree's {size_of(tree)} nodes, got {kinds!r}; "
            f"leave it out for filled nodes"
        )
    nodes = layout(tree)
    places = [(at[0] + unit * (x - nodes[0].x), at[1] + unit * level) for x, level, _ in nodes]
    for place, node in zip(places, nodes, strict=True):
        if node.parent is not None:
            ax.plot(*zip(places[node.parent], place, strict=True), color=INK, linewidth=0.9, zorder=1)
    for place, kind in zip(places, kinds or "y" * len(nodes), strict=True):
        ax.plot(*place, "o", color=INK, markerfacecolor="white" if kind == "p" else INK, markersize=size, zorder=2)


def flow_animation(ax: Axes, flow: ArrayLike, c: ArrayLike, *, frames: int = 12) -> FuncAnimation:
    """The features' flow as an animation: the points move from y[0] to y[L], with the axes held still.

    The flow has shape (L+1, N, 2), or (L+1, N, 3) in three-dimensional axes; the frames are equally spaced layers.
    """
    flow = _flow(flow)
    room("frames", frames, whole("frames", frames, least=2), FRAME)
    layers = np.linspace(0, len(flow) - 1, frames).round().astype(int)
    _, c = _points(flow[0], c, (3,) if _is_3d(ax) else (2,))
    low, high = flow.min(axis=(0, 1)), flow.max(axis=(0, 1))
    margin = 0.05 * (high - low)

    def show(frame: int) -> list[Any]:
        ax.clear()
        scatter(ax, flow[layers[frame]], c)
        for axis, a, b in zip("xyz", low - margin, high + margin, strict=False):
            getattr(ax, f"set_{axis}lim")(a, b)
        if not _is_3d(ax):
            ax.set_aspect("equal", adjustable="box")  # the limits stay and the box gives way
        ax.set_title(f"layer {layers[frame]}")
        return []

    figure = ax.figure
    assert isinstance(figure, Figure)
    return FuncAnimation(figure, show, frames=len(layers), interval=150)


class _Frames(AbstractMovieWriter):
    """Keeps an animation's frames as images (height, width, 3) in memory and writes no file."""

    def setup(self, fig: Figure, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, fig.dpi)  # the frames are as large as the figure, whatever savefig.dpi says
        self.images: list[NDArray[np.uint8]] = []

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        file = io.BytesIO()
        self.fig.savefig(file, format="rgba", dpi=self.dpi, **savefig_kwargs)
        width, height = self.frame_size
        self.images.append(np.frombuffer(file.getbuffer(), np.uint8).reshape(height, width, 4)[..., :3])

    def finish(self) -> None:
        """Do nothing: no file has been opened."""


class Flipbook:
    """The frames of an animation on one sheet, row by row: a picture that needs no player and that a page can play.

    In a notebook the sheet is shown as a PNG image.  On the book's pages a script turns the sheet into a player.

    Raises
    ------
    ValueError
        If the frames do not fill rows of that many columns.
    """

    def __init__(self, animation: FuncAnimation, columns: int = 4) -> None:
        columns = whole("columns", columns)
        frames = _Frames()
        animation.save("frames", frames)
        plt.close(frames.fig)
        images = frames.images
        if len(images) % columns:
            raise ValueError(f"columns: must divide the {len(images)} frames, got {columns}; choose another number")
        rows = [np.concatenate(images[i : i + columns], axis=1) for i in range(0, len(images), columns)]
        self.columns, self.rows = columns, len(rows)
        self.sheet = np.concatenate(rows)

    def __repr__(self) -> str:
        return f"Flipbook({self.rows * self.columns} frames, {self.rows} rows of {self.columns})"

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        Image.fromarray(self.sheet).quantize(128, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
        return file.getvalue()


def _flow(flow: ArrayLike) -> NDArray[np.float64]:
    """A flow (L+1, N, d_hat) as an array; ValueError for any other shape, and for numbers that are not finite."""
    found = array("flow", flow)
    if found.ndim != 3 or 0 in found.shape:
        raise ValueError(
            f"flow: must have shape (L+1, N, d_hat), got {found.shape}; pass net.flow(X) or net.flow(X)[:, :, :2]"
        )
    return inputs("flow", found.reshape(len(found), -1)).reshape(found.shape).astype(float)


def _points(X: ArrayLike, c: ArrayLike, dimensions: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    X = inputs("X", X, *dimensions)
    return X, labels("c", c, len(X), len(CLASS_COLOURS))


def _is_3d(ax: Axes) -> bool:
    return ax.name == "3d"


def _tidy_3d(ax: Any) -> None:
    """The common view of three-dimensional panels: no grey boxes, few ticks, one angle."""
    ax.view_init(**VIEW)
    ax.set_box_aspect((4, 4, 3.2), zoom=1.12)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_pane_color((1, 1, 1, 0))
        axis._axinfo["grid"].update(color="#dddddd", linewidth=0.4)
        axis.set_major_locator(MaxNLocator(3))
    ax.tick_params(pad=-3, labelsize=6.5)
