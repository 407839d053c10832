"""The laboratories: what they compute, what they draw, and what stands in their place where no kernel runs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from rknet import TABLEAUS, Tableau
from rknet.laboratories import SchemeLaboratory, TableauLaboratory
from rknet.laboratories import tableau as lab

RATE = 0.15
"""How far a fitted slope may be from the predicted power."""


def texts(figure: Figure) -> list[str]:
    """Every text in a figure's axes."""
    return [text.get_text() for ax in figure.axes for text in ax.texts]


# ---- Typing a tableau


def test_parse() -> None:
    """Rows on lines or between semicolons, whole numbers, fractions, decimals and roots."""
    assert lab.parse("\n1/2\n0, 1/2\n0, 0, 1", "1/6, 1/3, 1/3, 1/6") == TABLEAUS["rk4"]
    assert lab.parse(" ;0.5", " 0 , 1") == TABLEAUS["midpoint"]
    assert lab.parse("1/4, 1/4 - sqrt(3)/6; 1/4 + sqrt(3)/6, 1/4", "1/2, 1/2") == TABLEAUS["gauss4"]


@pytest.mark.parametrize(
    ("A", "beta", "message"),
    [
        ("\nfoo", "1/2, 1/2", r"^A: entries must be finite real numbers, got 'foo'; write them as '1/3'"),
        ("1", "1/2; 1/2", r"^beta: entries must be finite real numbers, got '1/2; 1/2'; write"),
        ("\n9**9", "1/2, 1/2", r"^A: entries must be finite real numbers, got '9\*\*9'; write"),
        ("\n__import__('os')", "1/2, 1/2", r"^A: entries must be finite real numbers"),
        ("\n1,", "1/2, 1/2", r"^A: entries must be finite real numbers, got ''; write"),
        ("\n1/0", "1/2, 1/2", r"^A: entries must be finite real numbers, got '1/0'; write"),
        ("\n(1", "1/2, 1/2", r"^A: entries must be finite real numbers, got '\(1'; write"),
        ("\n1", "1", r"^A: must have one row of at most s entries for each of the s = 1 weights"),
        ("", "", r"^A: must have one row"),
    ],
)
def test_parse_rejects(A: str, beta: str, message: str) -> None:
    """What is no tableau, and what would be evaluated."""
    with pytest.raises(ValueError, match=message):
        lab.parse(A, beta)


# ---- Gradients


@pytest.mark.parametrize("name", [name for name, tableau in TABLEAUS.items() if 0 not in tableau.beta])
def test_right_partner_gives_the_gradient(name: str) -> None:
    """To rounding."""
    errors = lab.gradient_errors(TABLEAUS[name], TABLEAUS[name].partner, (4, 8))
    assert lab.slope(errors, (4, 8)) is None


@pytest.mark.parametrize(("name", "power"), [("euler", 1), ("heun", 3), ("ralston", 2), ("kutta3", 3), ("rk4", 4)])
def test_slopes_of_the_wrong_partner(name: str, power: int) -> None:
    """One control per layer: the powers that counting trees predicts."""
    depths = (32, 64, 128)
    measured = lab.slope(lab.gradient_errors(TABLEAUS[name], TABLEAUS[name], depths), depths)
    assert measured == pytest.approx(power, abs=RATE)


def test_slope_of_a_power() -> None:
    """Errors h^2.5 have the slope 2.5, and rounding has none."""
    depths = np.array([10, 20, 40])
    assert lab.slope(7.0 * depths**-2.5, depths) == pytest.approx(2.5)
    assert lab.slope(np.full(3, 1e-16), depths) is None


# ---- Pictures


def drawn(tableau: Tableau) -> Figure:
    """The picture of a tableau."""
    figure = Figure(figsize=(7, 3))
    lab.draw_laboratory(figure, tableau)
    return figure


def test_entries_are_written_exactly() -> None:
    """Tableau and partner of Ralston's scheme, with a true minus sign; zeros above the diagonal are left out."""
    schemes, stability, errors = drawn(TABLEAUS["ralston"]).axes
    cells = [text.get_text() for text in schemes.texts]
    assert cells[:8] == ["Ralston, order 2", "0", "2/3", "2/3", "", "1/4", "3/4", "its partner, by itself order 2"]
    assert cells[8:] == ["0", "1/4", "−5/4", "2/3", "1/4", "3/4", "", "1/4", "3/4", "The pair has order 2."]
    labels = [text.get_text() for text in errors.get_legend().get_texts()]
    assert labels == ["right partner: rounding", "the tableau itself: slope 2.0"]
    assert len(stability.collections) == 3


def test_roots_and_many_stages() -> None:
    """Roots as such; two digits where there are more than four columns."""
    assert "1/4 − √3/6" in texts(drawn(TABLEAUS["gauss4"]))
    assert "It is its own partner." in texts(drawn(TABLEAUS["gauss4"]))
    assert "−12" in texts(drawn(TABLEAUS["dopri5"]))


def test_zero_weights() -> None:
    """There is no partner, and the picture says so and draws the rest."""
    figure = drawn(TABLEAUS["midpoint"])
    assert any("No partner: a weight is zero." in text for text in texts(figure))
    assert [text.get_text() for text in figure.axes[2].get_legend().get_texts()] == ["the tableau itself: slope 2.0"]


def test_boundary_of_the_partner() -> None:
    """The partner's stability function is 1 / R(-z): what the dashed line mirrors."""
    z = np.array([0.3 + 0.4j, -1.2 + 2j, 0.7])
    for name in ("euler", "ralston", "kutta3", "rk38", "gauss4"):
        tableau = TABLEAUS[name]
        np.testing.assert_allclose(tableau.partner.stability(z), 1 / tableau.stability(-z), rtol=1e-12)


# ---- Widgets


def test_a_laboratory_draws_again_when_a_control_changes() -> None:
    """Another scheme, another picture; a typed tableau is drawn when it is asked for."""
    laboratory = TableauLaboratory(scheme="euler")
    first = laboratory.picture.value
    assert Image.open(io.BytesIO(first)).format == "PNG"
    laboratory.controls["scheme"].value = lab.OWN
    second = laboratory.picture.value
    laboratory.controls["A"].value = "1/2"
    assert laboratory.picture.value not in (first, second)  # two weights and one row: the picture says so
    laboratory.controls["beta"].value = "1"
    assert laboratory.values == {"scheme": lab.OWN, "A": "1/2", "beta": "1"}


@pytest.mark.parametrize(
    ("A", "beta", "sentence"),
    [("x", "1", "A: entries must be finite real numbers"), ("1000", "1", "layer 3: the stages of 'your own'")],
)
def test_what_is_wrong_is_said_in_the_picture(A: str, beta: str, sentence: str) -> None:
    """A typing error, and stages that Newton's method does not find."""
    figure = TableauLaboratory(scheme="euler").draw(scheme=lab.OWN, A=A, beta=beta)
    (text,) = figure.texts
    assert text.get_text().startswith(sentence)
    assert not figure.axes


@pytest.mark.parametrize("laboratory", [SchemeLaboratory(), TableauLaboratory(scheme="euler")])
def test_without_a_kernel(laboratory: SchemeLaboratory | TableauLaboratory) -> None:
    """One sentence names the controls; the value as text is the same in every session."""
    sentence = laboratory._repr_mimebundle_()["text/html"]
    assert f'<p class="laboratory">{laboratory.title}. Run this chapter to change scheme, ' in sentence
    assert repr(laboratory).startswith(f"{type(laboratory).__name__}(scheme='euler', ")
