"""The figures: what is drawn where, colours that stay apart, projections, and nothing that changes its input."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from mpl_toolkits.mplot3d.art3d import Path3DCollection
from numpy.typing import NDArray
from PIL import Image

from rknet import History, RK4Net, StandardNet, draw, plots
from rknet.trees import MAX_ORDER, Tree, density, layout, size_of, trees

ROUNDING = 1e-10
"""Rounding of projections in double precision."""


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """Each test starts and ends without figures and with matplotlib's own defaults."""
    with plt.rc_context():
        yield
        plt.close("all")


def axes(kind: str = "2d") -> Axes:
    """One panel."""
    return plots.panels([[kind]])[1][0, 0]


def cloud(classes: int, d: int, N: int = 40) -> tuple[NDArray, NDArray]:
    """Points of R^d with every class among them."""
    rng = np.random.default_rng(classes)
    return rng.normal(size=(N, d)), np.arange(N) % classes


def random_flow(d: int, L: int = 5, N: int = 12) -> tuple[NDArray, NDArray]:
    """Paths (L+1, N, d) of two classes."""
    return np.random.default_rng(d).normal(size=(L + 1, N, d)), np.arange(N) % 2


def offsets(collection: PathCollection) -> NDArray:
    """The points that a scatter shows: (N, 2) or (N, 3)."""
    if isinstance(collection, Path3DCollection):
        return np.column_stack([np.ma.getdata(part) for part in collection._offsets3d])
    return np.ma.getdata(collection.get_offsets())


@pytest.mark.parametrize(("answer", "shown", "heavy"), [("6", "✓ 6", False), ("0", "✗ 0", True), (None, "", False)])
def test_image_marks_errors_by_more_than_colour(answer: str | None, shown: str, heavy: bool) -> None:
    """The pixels, the label above, and below the answer with tick or cross; a wrong one is bold in a thick frame."""
    ax, x = axes(), np.random.default_rng(0).random(12)
    plots.image(ax, x, "6", answer, shape=(3, 4))
    np.testing.assert_array_equal(ax.images[0].get_array(), x.reshape(3, 4))
    assert (ax.get_title(), ax.get_xlabel()) == ("6", shown)
    assert (ax.xaxis.label.get_fontweight() == "bold") == heavy
    assert all((spine.get_linewidth() > 2) == heavy for spine in ax.spines.values())


def test_image_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"x: must be one flattened image of 28 x 28 pixels, got shape \(12,\); pass"):
        plots.image(axes(), np.zeros(12), "6")


def scatters(ax: Axes) -> list[PathCollection]:
    """The scatters of a panel, in the order they were drawn."""
    return [artist for artist in ax.collections if isinstance(artist, PathCollection)]


# Colours.


MACHADO = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
"""Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB."""

TELLING_APART = 10.0
"""CIE 1976 colour difference: four times 2.3, the just noticeable one, rounded up."""


def lab(colour: str, vision: NDArray) -> NDArray:
    """CIE L*a*b* (D65) of an sRGB colour as seen with a vision's matrix."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(vision) @ linear, 0, 1)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    ratio = np.array(to_xyz) @ seen / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_colour_differences_are_measured_right() -> None:
    """The ruler itself: white and black are 100 apart, red is where CIE puts it, dichromats confuse red and green."""
    np.testing.assert_allclose(lab("#ffffff", np.eye(3)), [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(lab("#ff0000", np.eye(3)), [53.24, 80.09, 67.20], atol=0.02)
    apart = [np.linalg.norm(lab("#a00000", M) - lab("#4f4f00", M)) for M in (np.eye(3), MACHADO["protanopia"])]
    assert apart[0] > 50 > 3 * apart[1]


@pytest.mark.parametrize("vision", MACHADO)
def test_eight_colours_stay_apart(vision: str) -> None:
    """The first eight class colours are told apart with each kind of colour vision."""
    seen = [lab(colour, MACHADO[vision]) for colour in plots.CLASS_COLOURS[:8]]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > TELLING_APART


def test_ten_colours_and_markers() -> None:
    """Ten classes have ten colours, apart in normal vision, and ten markers."""
    assert len(set(plots.CLASS_COLOURS)) == len(set(plots.CLASS_MARKERS)) == 10
    seen = [lab(colour, np.eye(3)) for colour in plots.CLASS_COLOURS]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > TELLING_APART


@pytest.mark.parametrize("vision", MACHADO)
def test_nets_stay_apart(vision: str) -> None:
    """The three nets' colours are told apart with each kind of colour vision."""
    seen = [lab(style["color"], MACHADO[vision]) for style in plots.NET_STYLES.values()]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > TELLING_APART


def test_style() -> None:
    """The book's figures are stored at twice the 100 dots an inch of the page."""
    plots.style()
    assert plt.figure().dpi == 200


# Panels and points.


def test_panels() -> None:
    """A grid of two- and three-dimensional axes in the given order, a row of the given height."""
    flat, solid = "rectilinear", "3d"
    figure, grid = plots.panels([["2d", "3d", "2d"], ["3d", "2d", "2d"]], height=2)
    assert [[ax.name for ax in row] for row in grid] == [[flat, solid, flat], [solid, flat, flat]]
    assert list(grid.ravel()) == figure.axes
    np.testing.assert_allclose(figure.get_size_inches(), [plots.WIDTH, 4])


@pytest.mark.parametrize("classes", [1, 2, 6, 10])
@pytest.mark.parametrize("kind", ["2d", "3d"])
def test_scatter(kind: str, classes: int) -> None:
    """Each class is one scatter of exactly its points, in its own colour and under its own name."""
    ax, (X, c) = axes(kind), cloud(classes, int(kind[0]))
    plots.scatter(ax, X, c)
    ax.figure.canvas.draw()
    assert len(scatters(ax)) == classes
    for k, collection in enumerate(scatters(ax)):
        np.testing.assert_array_equal(np.sort(offsets(collection), axis=0), np.sort(X[c == k], axis=0))
        np.testing.assert_allclose(collection.get_facecolor()[0, :3], to_rgb(plots.CLASS_COLOURS[k]))
    assert [collection.get_label() for collection in scatters(ax)] == [f"class {k + 1}" for k in range(classes)]


def test_markers_differ() -> None:
    """Every class has a marker of its own, so that colour is never the only cue."""
    ax = axes()
    plots.scatter(ax, *cloud(10, 2))
    shapes = {collection.get_paths()[0].vertices.tobytes() for collection in scatters(ax)}
    assert len(shapes) == 10


def test_input_space() -> None:
    """The input space is [-4, 4]^2 in equal aspect, with ticks at its ends and 0."""
    ax = axes()
    plots.input_space(ax)
    assert (ax.get_xlim(), ax.get_ylim(), ax.get_aspect()) == ((-4, 4), (-4, 4), 1)
    assert list(ax.get_xticks()) == list(ax.get_yticks()) == [-4, 0, 4]


# Predictions.


def half_planes(X: NDArray) -> NDArray:
    """Probabilities of two classes that meet at x1 = 1, surer further away."""
    second = 1 / (1 + np.exp(-2 * (X[:, 0] - 1)))
    return np.column_stack([1 - second, second])


def test_prediction_regions() -> None:
    """The background has the colour of the more probable class at each point, left and right of the boundary."""
    ax = axes()
    plots.prediction(ax, half_planes, *cloud(2, 2), resolution=81)
    (image,) = ax.images
    picture, ticks = image.get_array(), np.linspace(-4, 4, 81)
    assert tuple(image.get_extent()) == (-4, 4, -4, 4)
    for k, columns in ((0, ticks < 0.99), (1, ticks > 1.01)):
        colour = np.broadcast_to(to_rgb(plots.CLASS_COLOURS[k]), (81, columns.sum(), 3))
        np.testing.assert_allclose(picture[:, columns, :3], colour)


def test_prediction_opacity_grows_with_confidence() -> None:
    """Regions are opaque by 20 to 35 per cent, more where the classifier is surer."""
    ax = axes()
    plots.prediction(ax, half_planes, *cloud(2, 2), resolution=81)
    opacity = ax.images[0].get_array()[40, :, 3]
    assert 0.2 - ROUNDING <= opacity.min() < 0.205
    assert 0.345 < opacity.max() <= 0.35 + ROUNDING
    assert np.all(np.diff(opacity[np.linspace(-4, 4, 81) > 1]) > 0)


def test_prediction_is_upright() -> None:
    """What is predicted at the top is drawn at the top."""
    ax = axes()
    plots.prediction(ax, lambda X: half_planes(X[:, ::-1]), *cloud(2, 2), resolution=9)
    image = ax.images[0]
    assert image.origin == "lower"
    np.testing.assert_allclose(image.get_array()[-1, :, :3], [to_rgb(plots.CLASS_COLOURS[1])] * 9)


def test_prediction_boundary() -> None:
    """The thin line is where two classes are equally probable: x1 = 1."""
    ax = axes()
    plots.prediction(ax, half_planes, *cloud(2, 2))
    lines = [path.vertices for artist in ax.collections if artist not in scatters(ax) for path in artist.get_paths()]
    vertices = np.concatenate(lines)
    np.testing.assert_allclose(vertices[:, 0], 1, atol=0.01)  # a third of the grid's spacing
    assert np.ptp(vertices[:, 1]) == pytest.approx(8)


def strips(X: NDArray) -> NDArray:
    """Probabilities of three classes, the strips left of x1 = -1, in between, and right of x1 = 1."""
    scores = np.column_stack([-2 * X[:, 0] - 2, np.zeros(len(X)), 2 * X[:, 0] - 2])
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def lines(ax: Axes) -> list[NDArray]:
    """The lines (n, 2) between regions."""
    artists = [artist for artist in ax.collections if artist not in scatters(ax)]
    return [line for artist in artists for path in artist.get_paths() for line in path.to_polygons(closed_only=False)]


def test_every_boundary_is_drawn_once() -> None:
    """Two lines of length 8 part three strips: drawn twice, their dashes would fill each other's gaps."""
    ax = axes()
    plots.boundary(ax, strips, resolution=60)
    drawn = lines(ax)
    assert sorted(round(line[:, 0].mean(), 2) for line in drawn) == [-1, 1]
    assert sum(np.linalg.norm(np.diff(line, axis=0), axis=1).sum() for line in drawn) == pytest.approx(16)
    assert {artist.get_linestyle()[0][1] is not None for artist in ax.collections} == {True}


@pytest.mark.parametrize("classes", [2, 6, 10])
def test_prediction_of_a_net(classes: int) -> None:
    """A net's regions and points are drawn for up to ten classes."""
    net, ax, (X, c) = StandardNet(2, 3, classes, 2), axes(), cloud(classes, 2)
    plots.prediction(ax, net.predict_proba, X, c, resolution=30)
    ax.figure.canvas.draw()
    assert len(scatters(ax)) == classes


def test_prediction_of_one_class_everywhere() -> None:
    """A constant classifier has one region and no boundary."""
    ax = axes()
    plots.prediction(ax, lambda X: np.tile([0.3, 0.7], (len(X), 1)), *cloud(2, 2), resolution=30)
    assert len(ax.collections) == len(scatters(ax)) == 2
    assert len(np.unique(ax.images[0].get_array().reshape(-1, 4), axis=0)) == 1


# Projections.


def test_select() -> None:
    """Coordinates are taken in the order in which they are named."""
    Y = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(plots.select(2, 0)(Y), Y[:, [2, 0]])


def features_of_many_scales() -> NDArray:
    """Features (60, 6) off the origin, whose directions have different variances."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(60, 6)) * [5, 3, 2, 1, 0.5, 0.1] @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 7


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_pca_is_the_singular_value_decomposition(dimensions: int) -> None:
    """The projection is the SVD's of the centred features, each component signed by its largest entry."""
    Y = features_of_many_scales()
    _, _, components = np.linalg.svd(Y - Y.mean(axis=0))
    components = components[:dimensions]
    signs = [np.sign(row[np.abs(row).argmax()]) for row in components]
    expected = (Y - Y.mean(axis=0)) @ components.T * signs
    np.testing.assert_allclose(plots.pca(dimensions)(Y), expected, atol=ROUNDING)


def test_pca_sorts_by_variance() -> None:
    """The first coordinate varies most, and the coordinates are uncorrelated and centred."""
    Z = plots.pca(3)(features_of_many_scales())
    covariance = np.cov(Z.T)
    assert np.all(np.diff(np.diag(covariance)) < 0)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=ROUNDING)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=ROUNDING)


def test_pca_orientation_is_reproducible() -> None:
    """Features in another order give the same picture, not a mirrored one; mirrored features give the mirrored one."""
    Y, order = features_of_many_scales(), np.random.default_rng(4).permutation(60)
    Z = plots.pca(3)(Y)
    np.testing.assert_allclose(plots.pca(3)(Y[order]), Z[order], atol=ROUNDING)
    np.testing.assert_allclose(plots.pca(3)(-Y), -Z, atol=ROUNDING)


def test_principal_components_point_to_growing_classes() -> None:
    """The projection is the SVD's up to signs, every coordinate grows with the class, and mirroring changes nothing."""
    Y, c = features_of_many_scales(), np.random.default_rng(5).integers(4, size=60)
    Z = plots.pca(3, c)(Y)
    np.testing.assert_allclose(np.abs(Z), np.abs(plots.pca(3)(Y)), atol=ROUNDING)
    assert np.all(np.corrcoef(Z.T, c)[-1, :3] > 0)
    np.testing.assert_allclose(plots.pca(3, c)(-Y), Z, atol=ROUNDING)
    np.testing.assert_allclose(plots.pca(3, c.max() - c)(Y), -Z, atol=ROUNDING)


def test_principal_components_map_back() -> None:
    """Orientation keeps the inverse an inverse: all six components give the features again."""
    Y, c = features_of_many_scales(), np.arange(60) % 3
    fitted = plots.principal(Y, 6, c)
    np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(Y)), Y, atol=ROUNDING)


@pytest.mark.parametrize(
    ("Y", "c", "message"),
    [(np.zeros(6), np.zeros(6, int), r"Y: must have shape \(N, d\)"), (np.eye(4), [0, 1], "c: must have one label")],
)
def test_principal_components_of_bad_input(Y: NDArray, c: NDArray, message: str) -> None:
    """Features are rows, and every row has a label."""
    with pytest.raises(ValueError, match=message):
        plots.principal(Y, 2, c)


def test_output_plane() -> None:
    """Points are the output features' components; a region is where W and mu, at the point mapped back, say so."""
    net, points = RK4Net(2, 5, 3, 4, lift="linear", seed=1), draw("donut_3D_3C", 40)
    net.mu.data[:] = torch.tensor([1.0, 0.0, -1.0])
    X, ax = points.X[:, :2], axes()
    plots.output_plane(ax, net, X, points.c, resolution=21)
    Y = net.flow(X)[-1]
    shown = np.concatenate([offsets(collection) for collection in scatters(ax)])
    Z = plots.pca(2, points.c)(Y)
    np.testing.assert_allclose(np.sort(shown, axis=0), np.sort(Z, axis=0), atol=1e-6)  # drawn in single precision
    (image,) = ax.images
    left, right, low, high = image.get_extent()
    assert right - left == pytest.approx(high - low)
    assert left < Z[:, 0].min() < Z[:, 0].max() < right and low < Z[:, 1].min() < Z[:, 1].max() < high
    _, _, components = np.linalg.svd(Y - Y.mean(axis=0))
    components = (
        components[:2] * np.sign(components[:2] @ (Y - Y.mean(axis=0)).T @ (points.c - points.c.mean()))[:, None]
    )
    ticks = np.linspace(left, right, 21), np.linspace(low, high, 21)
    Z = np.stack(np.meshgrid(*ticks), axis=-1)
    winner = (Y.mean(axis=0) + Z @ components) @ net.W.detach().numpy().T + net.mu.detach().numpy()
    colours = np.array([to_rgb(colour) for colour in plots.CLASS_COLOURS])[winner.argmax(axis=-1)]
    assert len(np.unique(winner.argmax(axis=-1))) > 1
    np.testing.assert_allclose(image.get_array()[..., :3], colours)


def test_principal_flow_turns_and_changes_no_distance() -> None:
    """Each layer is its own PCA up to a rotation or reflection, the first one exactly."""
    flow = np.random.default_rng(5).normal(size=(6, 40, 8)) * np.arange(1, 9)
    turned = plots.principal_flow(flow, 3)
    np.testing.assert_allclose(turned[0], plots.pca(3)(flow[0]), atol=ROUNDING)
    for Z, Y in zip(turned, flow, strict=True):
        expected = plots.pca(3)(Y)
        np.testing.assert_allclose(Z @ Z.T, expected @ expected.T, atol=1e3 * ROUNDING)  # products of numbers up to 30


def test_principal_flow_stands_still_where_features_only_turn() -> None:
    """Layers that rotate, mirror and shift one cloud give one picture, though each PCA by itself would flip."""
    rng = np.random.default_rng(6)
    Y = rng.normal(size=(40, 8)) * [9, 8, 7, 0, 0, 0, 0, 0]
    orthogonal = [np.linalg.qr(rng.normal(size=(8, 8)))[0] for _ in range(6)]
    flow = np.stack([Y @ Q + rng.normal(size=8) for Q in orthogonal])
    turned = plots.principal_flow(flow, 3)
    np.testing.assert_allclose(turned, np.broadcast_to(turned[0], turned.shape), atol=1e3 * ROUNDING)
    flips = [np.abs(plots.pca(3)(Z) - turned[0]).max() > 1 for Z in flow]
    assert any(flips)


# Flows.


@pytest.mark.parametrize("kind", ["2d", "3d"])
def test_trajectories(kind: str) -> None:
    """Each line is a sample's whole path; small dots mark y[0], larger ones y[L]."""
    ax, (flow, c) = axes(kind), random_flow(int(kind[0]))
    plots.trajectories(ax, flow, c)
    ax.figure.canvas.draw()
    for n, line in enumerate(ax.lines):
        path = np.column_stack(line.get_data_3d() if kind == "3d" else line.get_data())
        np.testing.assert_array_equal(path, flow[:, n])
        assert line.get_color() == plots.CLASS_COLOURS[c[n]]
    starts, ends = scatters(ax)[:2], scatters(ax)[2:]
    for dots, layer in ((starts, flow[0]), (ends, flow[-1])):
        for k, collection in enumerate(dots):
            np.testing.assert_array_equal(np.sort(offsets(collection), axis=0), np.sort(layer[c == k], axis=0))
    assert max(dots.get_sizes().max() for dots in starts) < min(dots.get_sizes().min() for dots in ends)


@pytest.mark.parametrize(("points", "drawn"), [(5, 5), (50, 12)])
def test_number_of_trajectories(points: int, drawn: int) -> None:
    """The first samples are drawn, as many as wanted or as there are."""
    ax, (flow, c) = axes(), random_flow(2)
    plots.trajectories(ax, flow, c, points=points)
    assert len(ax.lines) == drawn
    np.testing.assert_array_equal(np.column_stack(ax.lines[-1].get_data()), flow[:, drawn - 1])


@pytest.mark.parametrize("kind", ["2d", "3d"])
def test_features(kind: str) -> None:
    """Each panel shows its layer's features under the projection, and says which layer it is."""
    d = int(kind[0])
    (flow, c), (_, grid) = random_flow(8), plots.panels([[kind] * 3])
    plots.features(grid[0], flow, c, [0, 2, -1], plots.pca(d))
    for ax, l in zip(grid[0], (0, 2, 5), strict=True):
        shown = np.concatenate([offsets(collection) for collection in scatters(ax)])
        expected = plots.pca(d)(flow[l])
        np.testing.assert_allclose(np.sort(shown, axis=0), np.sort(expected, axis=0), atol=ROUNDING)
        assert ax.get_title() == f"layer {l}"


# Curves.


def history(*accuracies: float) -> History:
    """A run with these validation accuracies; training accuracies are half, costs ten times as large."""
    values = np.array(accuracies)
    return History(5 * values, values / 2, 10 * values, values, "epochs")


def test_convergence_over_runs_still_running() -> None:
    """Mean and population deviation by hand, at each epoch over the runs that reached it."""
    ax = axes()
    plots.convergence(ax, {"RK4Net": [history(0.2, 0.4, 0.6), history(0.4, 0.8)]})
    train, validation, *single = ax.lines
    np.testing.assert_allclose(train.get_ydata(), [15, 30, 30])
    np.testing.assert_allclose(validation.get_ydata(), [30, 60, 60])
    np.testing.assert_allclose([line.get_ydata() for line in single], [[20, 40, 60], [40, 80, np.nan]])
    assert max(line.get_linewidth() for line in single) < validation.get_linewidth() / 2
    (band,) = ax.collections
    vertices = band.get_paths()[0].vertices
    for epoch, low, high in ((0, 20, 40), (1, 40, 80), (2, 60, 60)):
        edges = vertices[vertices[:, 0] == epoch, 1]
        np.testing.assert_allclose((edges.min(), edges.max()), (low, high))


def test_convergence_of_costs() -> None:
    """Costs are drawn as they are; training dotted, validation in the net's own style; a single run has no band."""
    ax = axes()
    plots.convergence(ax, {"EulerNet": [history(0.1, 0.2)]}, "cost")
    train, validation = ax.lines
    np.testing.assert_allclose(train.get_ydata(), [0.5, 1])
    np.testing.assert_allclose(validation.get_ydata(), [1, 2])
    assert (train.get_linestyle(), validation.get_linestyle()) == (":", plots.NET_STYLES["EulerNet"]["linestyle"])
    assert not ax.collections
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "cost")


def test_convergence_without_training() -> None:
    """Validation alone: one line a net."""
    ax = axes()
    plots.convergence(ax, {"RK4Net": [history(0.2, 0.4)], "EulerNet": [history(0.1, 0.3)]}, training=False)
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines], [[20, 40], [10, 30]])


def test_what_is_no_net_has_a_marker_as_well() -> None:
    """Colour alone tells nothing apart, and dotted lines are taken; a single name needs no legend."""
    ax, names = axes(), ("tanh", "relu")
    plots.convergence(ax, {name: [history(*np.linspace(0, 1, 20))] for name in names})
    drawn = {line.get_label(): line for line in ax.lines}
    assert len({(drawn[name].get_color(), drawn[name].get_marker()) for name in names}) == 2
    assert {drawn[name].get_marker() for name in names}.isdisjoint({"None", None, ""})
    assert {drawn[name].get_linestyle() for name in names} == {"-"}
    ax = axes()
    plots.convergence(ax, {"RK4Net": [history(0.1, 0.2)]})
    assert ax.get_legend() is None


def test_convergence_names_each_net_once() -> None:
    """The legend has one entry for each net, in the net's own colour where it has one."""
    ax = axes()
    plots.convergence(ax, {"StandardNet": [history(0.1, 0.2)], "RK4Net": [history(0.3, 0.4)], "mine": [history(0.5)]})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["StandardNet", "RK4Net", "mine"]
    colours = [line.get_color() for line in ax.lines]
    assert colours[0] == colours[1] == plots.NET_STYLES["StandardNet"]["color"]
    assert colours[2] == colours[3] == plots.NET_STYLES["RK4Net"]["color"]
    assert len(set(colours)) == 3


# Animations.


@pytest.mark.parametrize("kind", ["2d", "3d"])
def test_flipbook(kind: str) -> None:
    """The sheet holds the frames row by row, and each frame is the picture of its layer."""
    (flow, c), ax = random_flow(int(kind[0])), plots.panels([[kind]], height=2)[1][0, 0]
    ax.figure.set_dpi(50)
    animation = plots.flow_animation(ax, flow, c, frames=6)
    width, height = ax.figure.canvas.get_width_height()
    book = plots.Flipbook(animation, columns=3)
    assert (book.rows, book.columns, book.sheet.shape) == (2, 3, (2 * height, 3 * width, 3))
    frames = [book.sheet[i : i + height, j : j + width] for i in (0, height) for j in (0, width, 2 * width)]
    assert len({frame.tobytes() for frame in frames}) == 6
    animation._func(4)
    canvas = FigureCanvasAgg(ax.figure)
    ax.figure.set_dpi(50)  # closing a figure resets it
    canvas.draw()
    np.testing.assert_array_equal(np.asarray(canvas.buffer_rgba())[..., :3], frames[4])


def test_flipbook_is_a_png() -> None:
    """A notebook shows the sheet as a PNG of the same size and nearly the same colours."""
    (flow, c), ax = random_flow(2), plots.panels([["2d"]], height=2)[1][0, 0]
    ax.figure.set_dpi(50)
    book = plots.Flipbook(plots.flow_animation(ax, flow, c, frames=4), columns=2)
    picture = Image.open(io.BytesIO(book._repr_png_()))
    assert picture.format == "PNG"
    difference = np.abs(np.asarray(picture.convert("RGB")).astype(int) - book.sheet)
    assert difference.mean() < 2  # of 255: the colours of the points survive 128 shared ones
    assert repr(book) == "Flipbook(4 frames, 2 rows of 2)"


def test_flipbook_closes_its_figure() -> None:
    """A notebook shows the sheet only: the animation's figure is closed."""
    (flow, c), ax = random_flow(2), axes()
    plots.Flipbook(plots.flow_animation(ax, flow, c, frames=2), columns=2)
    assert not plt.get_fignums()


@pytest.mark.parametrize("kind", ["2d", "3d"])
def test_axes_of_an_animation_stand_still(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every frame is drawn in the same limits, which hold the whole flow, and matplotlib has no warning to log."""
    (flow, c), ax = random_flow(int(kind[0])), axes(kind)
    flow[..., 0] *= 3
    animation = plots.flow_animation(ax, flow, c, frames=3)
    low, high, limits = flow.min(axis=(0, 1)), flow.max(axis=(0, 1)), []
    for frame in range(3):
        animation._func(frame)
        ax.figure.canvas.draw()
        limits.append(np.array([getattr(ax, f"get_{axis}lim")() for axis in ("x", "y", "z")[: len(low)]]))
    animation._draw_was_started = True
    np.testing.assert_allclose(limits, [limits[0]] * 3)
    assert np.all(limits[0][:, 0] <= low)
    assert np.all(limits[0][:, 1] >= high)
    assert not caplog.records


def test_animation_shows_equally_spaced_layers() -> None:
    """The frames go from the first to the last layer in equal steps."""
    (flow, c), ax = random_flow(2, L=10), axes()
    animation = plots.flow_animation(ax, flow, c, frames=6)
    titles = []
    for frame in range(6):
        animation._func(frame)
        titles.append(ax.get_title())
    animation._draw_was_started = True
    assert titles == [f"layer {l}" for l in (0, 2, 4, 6, 8, 10)]
    shown = np.concatenate([offsets(collection) for collection in scatters(ax)])
    np.testing.assert_array_equal(np.sort(shown, axis=0), np.sort(flow[-1], axis=0))


# What drawing leaves alone.


def test_drawing_changes_no_input() -> None:
    """Points, labels, flows and weights are as before after every figure, and nothing is trained."""
    net, points = RK4Net(2, 3, 2, 4), draw("donut_2D", 30)
    flow = net.flow(points.X)
    kept = [points.X.copy(), points.c.copy(), flow.copy(), *(p.detach().numpy().copy() for p in net.parameters())]
    _, grid = plots.panels([["2d"] * 3, ["3d"] * 3])
    plots.scatter(grid[0, 0], points.X, points.c)
    plots.prediction(grid[0, 1], net.predict_proba, points.X, points.c, resolution=20)
    plots.trajectories(grid[0, 2], flow[:, :, :2], points.c)
    plots.features(grid[1], flow, points.c, [0, 2, 4], plots.pca(3))
    now = [points.X, points.c, flow, *(p.detach().numpy() for p in net.parameters())]
    for before, after in zip(kept, now, strict=True):
        np.testing.assert_array_equal(before, after)
    assert all(p.grad is None for p in net.parameters())


# ---- rooted trees


def read_back(ax: Axes) -> Tree:
    """The tree that a drawing shows, from its lines alone: each leads from a node up to a child."""
    edges = [tuple(map(tuple, line.get_xydata())) for line in ax.lines if len(line.get_xdata()) == 2]
    dots = {tuple(line.get_xydata()[0]) for line in ax.lines if len(line.get_xdata()) == 1}
    children: dict[tuple, list[tuple]] = {dot: [] for dot in dots}
    for below, above in edges:
        assert above[1] > below[1]
        children[below].append(above)

    def grown(dot: tuple) -> Tree:
        return tuple(grown(child) for child in sorted(children[dot]))

    (root,) = dots - {above for _, above in edges}
    return grown(root)


def canonical(tree: Tree) -> Tree:
    """The same tree with its branches in one order."""
    return tuple(sorted(map(canonical, tree)))


@pytest.mark.parametrize("nodes", range(1, MAX_ORDER + 1))
def test_a_drawn_tree_is_the_tree(nodes: int) -> None:
    """Read back from its lines it is the same one; no two of its dots fall on one another."""
    for tree in trees(nodes):
        ax = axes()
        plots.rooted_tree(ax, tree, at=(2.0, 1.0), unit=0.5)
        drawn = read_back(ax)
        assert canonical(drawn) == canonical(tree)
        assert (size_of(drawn), density(drawn)) == (nodes, density(tree))


def test_a_tree_stands_on_its_root_with_its_leaves_in_a_row() -> None:
    """A root with a leaf and a branch of two: the leaves at 0 and 1, the root midway, the root first."""
    nodes = layout(((), ((),)))
    assert nodes == [(0.5, 0, None), (0.0, 1, 0), (1.0, 1, 0), (1.0, 2, 2)]


def test_kinds_are_hollow_or_filled_and_one_a_node() -> None:
    """A "p" is hollow; a letter too few is an error."""
    ax = axes()
    plots.rooted_tree(ax, ((),), "py")
    dots = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert [to_rgb(dot.get_markerfacecolor()) for dot in dots] == [to_rgb("white"), to_rgb(plots.INK)]
    with pytest.raises(ValueError, match=r"kinds: .* 2 nodes, got 'p'; leave it out"):
        plots.rooted_tree(axes(), ((),), "p")
