"""The laboratory of features: its panels show the net that its controls name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from rknet import Protocol, plots
from rknet.laboratories import run
from rknet.laboratories.features import PLANE, FeatureLaboratory, draw_features
from rknet.study.cache import trained
from rknet.study.configuration import Configuration


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One epoch on few points, kept in a folder of the test's own."""
    monkeypatch.setenv("RKNET_CACHE", str(tmp_path))
    monkeypatch.setattr(run, "EPOCHS", 1)
    monkeypatch.setattr(run, "SAMPLES", 30)


def test_sets_are_those_of_the_plane() -> None:
    """Binary and multiclass sets, none of three dimensions."""
    assert PLANE == ("donut_1D", "donut_2D", "squares", "spiral", "donut_2D_6C", "squares_2D_4C")


def test_panels_show_the_trained_net() -> None:
    """Three components in the first panel, two in the second, the validation points in the third."""
    configuration = Configuration("squares_2D_4C", "RK4Net", 16, 3, samples=30, protocol=Protocol(epochs=1))
    figure = Figure()
    axes = [figure.add_subplot(1, 3, i + 1, projection=kind) for i, kind in enumerate(("3d", None, None))]
    draw_features(axes, configuration, seed=2, resolution=20)
    net, points = trained(configuration, 2)[0], configuration.points(2)[1]
    Y = net.flow(points.X)[-1]
    solid = np.column_stack(
        [np.concatenate([np.ma.getdata(s._offsets3d[i]) for s in axes[0].collections]) for i in range(3)]
    )
    np.testing.assert_allclose(np.sort(solid, axis=0), np.sort(plots.pca(3, points.c)(Y), axis=0), atol=1e-6)
    scatters = [[s for s in ax.collections if s.get_label().startswith("class")] for ax in axes[1:]]
    flat, plane = (np.concatenate([np.ma.getdata(s.get_offsets()) for s in drawn]) for drawn in scatters)
    np.testing.assert_allclose(np.sort(flat, axis=0), np.sort(plots.pca(2, points.c)(Y), axis=0), atol=1e-5)
    np.testing.assert_allclose(np.sort(plane, axis=0), np.sort(points.X, axis=0), atol=1e-6)
    assert axes[2].get_title() == "RK4Net, L = 3: prediction"


def test_a_control_draws_another_picture() -> None:
    """Every control changes the picture; a StandardNet takes no step size."""
    laboratory = FeatureLaboratory(L=1)
    pictures = [bytes(laboratory.picture.value)]
    for name, value in {"L": 3, "h": 0.05, "data": "squares_2D_4C", "net": "RK4Net", "way": 50}.items():
        laboratory.controls[name].value = value
        pictures.append(bytes(laboratory.picture.value))
    assert len(set(pictures)) == 6
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    laboratory.controls["net"].value = "StandardNet"
    standard = bytes(laboratory.picture.value)
    laboratory.controls["h"].value = 1.0
    assert bytes(laboratory.picture.value) == standard
