"""The schemes: order, partner, stability and rendering of the tableaus of Figure 1, against independent oracles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import RK45

from rknet import TABLEAUS, RKNet, Tableau
from rknet.tableaus import DOPRI5, EULER, GAUSS4, HEUN, IMPLICIT_MIDPOINT, RK4, RK38
from rknet.trees import MAX_ORDER, density, trees

EXPECTED = {
    "euler": (1, True, 1),
    "midpoint": (2, True, 2),
    "heun": (2, True, 2),
    "ralston": (2, True, 2),
    "kutta3": (3, True, 3),
    "rk4": (4, True, 4),
    "rk38": (4, True, 4),
    "implicit_midpoint": (1, False, 2),
    "gauss4": (2, False, 4),
    "dopri5": (7, True, 5),
    "radau3": (2, False, 3),
}
"""Stages, explicit, order: the literature's values (Hairer, Norsett, Wanner I, II.1, II.5; II, IV.5)."""

EXPLICIT = [name for name, (_, explicit, _) in EXPECTED.items() if explicit]
ZERO_WEIGHTS = ["midpoint", "dopri5"]
PARTNERED = [name for name in EXPECTED if name not in ZERO_WEIGHTS]

ROUNDING = 1e-13
"""Rounding of a few dozen double-precision operations on numbers of size one."""
SLOPE = 0.1
"""How far an observed order may lie from theory: the next power bends the line by less than this at abs(z) <= 1/16."""


def butcher_conditions(A: np.ndarray, beta: np.ndarray) -> list[tuple[int, float]]:
    """(order, defect) of the 17 conditions up to order five, written out as in the literature's table."""
    c = A.sum(axis=1)
    Ac, Ac2 = A @ c, A @ c**2
    stages = [
        *[(1, c**0, 1)],
        *[(2, c, 2)],
        *[(3, c**2, 3), (3, Ac, 6)],
        *[(4, c**3, 4), (4, c * Ac, 8), (4, Ac2, 12), (4, A @ Ac, 24)],
        *[(5, c**4, 5), (5, c**2 * Ac, 10), (5, c * Ac2, 15), (5, c * (A @ Ac), 30), (5, Ac**2, 20)],
        *[(5, A @ c**3, 20), (5, A @ (c * Ac), 40), (5, A @ Ac2, 60), (5, A @ A @ Ac, 120)],
    ]
    return [(order, beta @ stage - 1 / density) for order, stage, density in stages]


def butcher_order(tableau: Tableau) -> int:
    """The order of a tableau by `butcher_conditions` in double precision."""
    A, beta, _ = tableau.arrays()
    failed = [order for order, defect in butcher_conditions(A, beta) if abs(defect) > ROUNDING]
    return min(failed, default=6) - 1


def symplectic_residuals(A: tuple, A_tilde: tuple, beta: tuple) -> list[sympy.Expr]:
    """beta_i a~_ij + beta_j a_ji - beta_i beta_j of the corrected (3.23), for all i, j."""
    s = range(len(beta))
    return [sympy.simplify(beta[i] * A_tilde[i][j] + beta[j] * A[j][i] - beta[i] * beta[j]) for i in s for j in s]


def test_every_shipped_scheme_has_an_expected_value() -> None:
    """The table above covers exactly the shipped schemes."""
    assert EXPECTED.keys() == TABLEAUS.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_stages_kind_and_order(name: str) -> None:
    """Each scheme has the literature's stages, kind and order."""
    scheme = TABLEAUS[name]
    assert (scheme.stages, scheme.explicit, scheme.order) == EXPECTED[name]


@pytest.mark.parametrize(("nodes", "count"), [(1, 1), (2, 1), (3, 2), (4, 4), (5, 9), (6, 20)])
def test_number_of_rooted_trees(nodes: int, count: int) -> None:
    """Rooted trees are counted by 1, 1, 2, 4, 9, 20 and none is listed twice."""
    assert len(trees(nodes)) == len(set(trees(nodes))) == count


def test_seventeen_conditions_up_to_order_five() -> None:
    """Order five asks for 17 conditions in all."""
    assert sum(len(trees(nodes)) for nodes in range(1, MAX_ORDER + 1)) == 17


@pytest.mark.parametrize(
    ("nodes", "densities"),
    [(1, [1]), (2, [2]), (3, [3, 6]), (4, [4, 8, 12, 24]), (5, [5, 10, 15, 20, 20, 30, 40, 60, 120])],
)
def test_densities(nodes: int, densities: list[int]) -> None:
    """The densities of the trees are those of the literature."""
    assert sorted(map(density, trees(nodes))) == densities


@pytest.mark.parametrize("name", EXPECTED)
def test_order_by_written_out_conditions(name: str) -> None:
    """The order agrees with the 17 conditions written out by hand."""
    assert TABLEAUS[name].order == butcher_order(TABLEAUS[name])


@pytest.mark.parametrize("name", EXPECTED)
def test_order_by_stability_function(name: str) -> None:
    """R(z) agrees with e^z up to z^p and not up to z^(p+1)."""
    z = np.array([1 / 16, 1 / 32]) * np.exp(0.3j)
    errors = np.abs(TABLEAUS[name].stability(z) - np.exp(z))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(TABLEAUS[name].order + 1, abs=SLOPE)


NODES = {
    "euler": "0",
    "midpoint": "0 1/2",
    "heun": "0 1",
    "ralston": "0 2/3",
    "kutta3": "0 1/2 1",
    "rk4": "0 1/2 1/2 1",
    "rk38": "0 1/3 2/3 1",
    "implicit_midpoint": "1/2",
    "gauss4": "1/2-sqrt(3)/6 1/2+sqrt(3)/6",
    "dopri5": "0 1/5 3/10 4/5 8/9 1 1",
    "radau3": "1/3 1",
}
"""The literature's nodes (Hairer, Norsett, Wanner I, II.1, II.5 and II.7)."""

SECOND = {"dopri5": range(2, 7), "gauss4": range(2), "implicit_midpoint": (), "radau3": range(2)}
"""Stages i, from 0, of stage order two: sum_j a_ij c_j = c_i^2 / 2 (II.5, condition D; or collocation)."""

EMBEDDED = {"dopri5": "5179/57600 0 7571/16695 393/640 -92097/339200 187/2100 1/40"}
"""The weights of order four that the step is compared with, beside the same stages (II.5, Table 5.2)."""


def certificates(name: str, tableau: Tableau) -> dict[str, bool]:
    """What a tableau has to satisfy under its name; together these rules leave no coefficient free."""
    A, beta, c = tableau.A, tableau.beta, [sympy.sympify(node) for node in NODES[name].split()]
    held = {
        "order": tableau.order == EXPECTED[name][2],
        "nodes": all(sympy.expand(a - b) == 0 for a, b in zip(tableau.c, c, strict=True)),
        "row sums": all(sympy.expand(sum(row) - node) == 0 for row, node in zip(A, c, strict=True)),
        "stage order": all(
            sympy.expand(sum(a * node for a, node in zip(A[i], c, strict=True)) - c[i] ** 2 / 2) == 0
            for i in SECOND.get(name, ())
        ),
    }
    if name in EMBEDDED:
        held["embedded weights"] = Tableau("embedded", A, EMBEDDED[name].split(), tableau.c).order == 4
        held["last stage is the step"] = A[-1] == beta and beta[-1] == 0
    return held


def misprints(tableau: Tableau) -> Iterator[Tableau]:
    """One coefficient off by 1/7, or two of a row of A, or of beta, by 1/7 and -1/7, so that the row keeps its sum."""
    s, wrong = range(tableau.stages), sympy.Rational(1, 7)
    rows = [list(row) for row in (*tableau.A, tableau.beta, tableau.c)]
    lengths = [*(i if tableau.explicit else len(s) for i in s), len(s), len(s)]
    for row, length in zip(rows, lengths, strict=True):
        right = list(row)
        for j, k in product(range(length), range(-1, length)):
            if j != k and not (row is rows[-1] and k >= 0):
                row[j] += wrong
                if k >= 0:
                    row[k] -= wrong
                yield Tableau("misprint", rows[: len(s)], rows[-2], rows[-1])
                row[:] = right


@pytest.mark.parametrize("name", EXPECTED)
def test_every_coefficient_is_certified(name: str) -> None:
    """The shipped tableau satisfies every rule, and each misprint breaks one."""
    assert all(certificates(name, TABLEAUS[name]).values())
    for misprint in misprints(TABLEAUS[name]):
        assert not all(certificates(name, misprint).values()), misprint.A


def test_the_order_alone_does_not_certify_dormand_prince() -> None:
    """The last stage has weight zero, so the order is blind to its row, and to no other."""
    blind = set()
    for i in range(DOPRI5.stages):
        rows = [list(row) for row in DOPRI5.A]
        rows[i][:i] = [a + j + 1 for j, a in enumerate(rows[i][:i])]
        if Tableau("scrambled", rows, DOPRI5.beta).order == DOPRI5.order:
            blind.add(i)
    assert blind == {0, 6}  # the first row has nothing to scramble


def test_embedded_weights_are_scipys() -> None:
    """The error that SciPy's RK45 estimates is the step with these weights less the step."""
    embedded = np.array([float(Fraction(weight)) for weight in EMBEDDED["dopri5"].split()])
    np.testing.assert_allclose(embedded - DOPRI5.arrays()[1], RK45.E, atol=ROUNDING)


@pytest.mark.parametrize("name", [name for name in EXPLICIT if name != "dopri5"])
def test_a_typo_lowers_the_order(name: str) -> None:
    """Changing any single entry of A below the diagonal, or of beta, lowers the order."""
    scheme = TABLEAUS[name]
    A, beta, s = [list(row) for row in scheme.A], list(scheme.beta), scheme.stages
    for row, j in [*((A[i], j) for i in range(s) for j in range(i)), *((beta, i) for i in range(s))]:
        right, row[j] = row[j], row[j] + sympy.Rational(1, 7)
        assert Tableau("typo", A, beta).order < scheme.order
        row[j] = right


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.fractions(min_value=-3, max_value=3, max_denominator=9).filter(bool))
def test_two_stage_family_has_order_two(theta: Fraction) -> None:
    """a_21 = 1 / (2 theta), beta = (1 - theta, theta) has order two for every theta, never three."""
    assert Tableau("family", [[], [str(1 / (2 * theta))]], [str(1 - theta), str(theta)]).order == 2


def test_order_zero_without_consistency() -> None:
    """Weights that do not sum to one give order zero."""
    assert Tableau("inconsistent", [[]], ["1/2"]).order == 0


@pytest.mark.parametrize("name", PARTNERED)
def test_partner_satisfies_corrected_condition(name: str) -> None:
    """The corrected (3.23) holds exactly between a scheme and its partner, which shares beta and c."""
    scheme, partner = TABLEAUS[name], TABLEAUS[name].partner
    assert not any(symplectic_residuals(scheme.A, partner.A, scheme.beta))
    assert (partner.beta, partner.c) == (scheme.beta, scheme.c)


@pytest.mark.parametrize("name", PARTNERED)
def test_partner_of_partner(name: str) -> None:
    """Being partners is mutual."""
    assert TABLEAUS[name].partner.partner == TABLEAUS[name]


@pytest.mark.parametrize(
    ("name", "agree"),
    [
        ("heun", True),
        ("kutta3", True),
        ("rk4", True),
        ("rk38", True),
        ("gauss4", True),
        ("implicit_midpoint", True),
        ("radau3", True),
        ("euler", False),
        ("ralston", False),
    ],
)
def test_row_sums_of_the_partner(name: str, agree: bool) -> None:
    """The row sums of A~ are the nodes of some schemes and not of others."""
    partner = TABLEAUS[name].partner
    sums = tuple(sympy.simplify(sum(row)) for row in partner.A)
    assert (sums == partner.c) is agree


@pytest.mark.parametrize("name", ["implicit_midpoint", "gauss4"])
def test_symplectic_schemes_are_their_own_partners(name: str) -> None:
    """Gauss-Legendre and implicit midpoint are their own partners, so (3.23) as printed holds for them."""
    scheme = TABLEAUS[name]
    assert scheme.partner == scheme
    assert not any(symplectic_residuals(scheme.A, scheme.A, scheme.beta))


@pytest.mark.parametrize("name", [*EXPLICIT, "radau3"])
def test_condition_as_printed_fails_for_other_schemes(name: str) -> None:
    """Without the tilde, (3.23) is a condition on one scheme; no explicit one satisfies it, nor does Radau IIA."""
    scheme = TABLEAUS[name]
    assert any(symplectic_residuals(scheme.A, scheme.A, scheme.beta))


@pytest.mark.parametrize("name", ZERO_WEIGHTS)
def test_no_partner_with_zero_weights(name: str) -> None:
    """The partner divides by every weight."""
    with pytest.raises(ValueError, match="non-zero"):
        _ = TABLEAUS[name].partner


@pytest.mark.parametrize(
    ("name", "exact"),
    [
        ("euler", lambda z: 1 + z),
        ("heun", lambda z: 1 + z + z**2 / 2),
        ("rk4", lambda z: 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24),
        ("rk38", lambda z: 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24),
        ("implicit_midpoint", lambda z: (1 + z / 2) / (1 - z / 2)),
        ("gauss4", lambda z: (1 + z / 2 + z**2 / 12) / (1 - z / 2 + z**2 / 12)),
        ("radau3", lambda z: (1 + z / 3) / (1 - 2 * z / 3 + z**2 / 6)),
    ],
)
def test_stability_function(name: str, exact) -> None:
    """R(z) has its closed form on a grid of the complex plane, and keeps the grid's shape."""
    z = np.add.outer(np.linspace(-3, 1, 5), 1j * np.linspace(-2, 2, 4))
    np.testing.assert_allclose(TABLEAUS[name].stability(z), exact(z), rtol=ROUNDING)


def test_dormand_prince_is_scipys() -> None:
    """DOPRI5 has SciPy's coefficients; its last stage, of weight zero, is the step itself."""
    A, beta, c = DOPRI5.arrays()
    np.testing.assert_allclose(A[:6, :5], RK45.A, rtol=ROUNDING)
    np.testing.assert_allclose(beta[:6], RK45.B, rtol=ROUNDING)
    np.testing.assert_allclose(c[:6], RK45.C, rtol=ROUNDING)
    np.testing.assert_array_equal(A[6], beta)
    assert (beta[6], c[6]) == (0, 1)


def test_dormand_prince_step_is_scipys() -> None:
    """One layer of a DOPRI5 net is one step of SciPy's RK45 of the same size."""
    h = 0.7
    net = RKNet(3, 3, 2, 1, tableau="dopri5", h=h, seed=4).double()
    K, b = (weight.detach().numpy()[0] for weight in (net.K, net.b))
    x = np.array([0.3, -1.2, 0.8])
    solver = RK45(lambda t, y: np.tanh(K @ y + b), 0, x, h, first_step=h, rtol=1e3, atol=1e3)
    solver.step()
    assert solver.t == h
    np.testing.assert_allclose(net.flow(x[None])[1, 0], solver.y, rtol=ROUNDING)


def test_tableaus_are_frozen() -> None:
    """A scheme cannot be changed, neither its fields nor its entries."""
    with pytest.raises(FrozenInstanceError):
        RK4.beta = (1, 0, 0, 0)
    assert isinstance(RK4.A, tuple)
    assert all(isinstance(row, tuple) for row in RK4.A)


def test_equality_ignores_names() -> None:
    """Schemes with the same coefficients are equal and hash alike, whatever they are called."""
    same = Tableau("Runge", [[0, 0, 0, 0], ["2/4"], [0, sympy.Rational(1, 2)], [0, 0, 1]], ["1/6", "1/3", "1/3", "1/6"])
    assert same == RK4
    assert hash(same) == hash(RK4)
    assert RK38 != RK4


def test_equality_of_square_roots() -> None:
    """Square roots are stored in one form, so that equal numbers are recognised."""
    half, root = sympy.Rational(1, 2), 1 / (2 * sympy.sqrt(3))
    assert Tableau("again", [["1/4", half**2 - root], ["3/12 + 1/sqrt(12)", "0.25"]], [half, half]) == GAUSS4


def test_nodes_are_row_sums() -> None:
    """Left out, the nodes are the row sums of A; given, they are kept."""
    assert RK4.c == (0, sympy.Rational(1, 2), sympy.Rational(1, 2), 1)
    assert Tableau("shifted", [[]], [1], ["1/3"]).c == (sympy.Rational(1, 3),)


FLOATS = [0.5, np.float64(0.5), np.float32(0.5), float("nan"), sympy.Float(0.5), sympy.Float(0.5) * sympy.sqrt(2)]
UNREAL = ["nan", "oo", "zoo", "1/0", "x", sympy.Symbol("x"), sympy.I, "1/", None, True, [1]]


@pytest.mark.parametrize("entry", [*FLOATS, *UNREAL], ids=repr)
@pytest.mark.parametrize("field", ["A", "beta", "c"])
def test_entries_must_be_exact_real_numbers(field: str, entry: object) -> None:
    """Floats, symbols and what is no finite real number are refused in every field, by the field's name."""
    fields = {"A": [[0]], "beta": [1], "c": [0]} | {field: [[entry]] if field == "A" else [entry]}
    with pytest.raises(ValueError, match=f"^{field}: entries must be (exact|finite real)"):
        Tableau("bad", **fields)


@pytest.mark.parametrize(
    ("A", "beta", "c", "match"),
    [
        ([], [], (), "^A: .*s = 0"),
        ([[]], ["1/2", "1/2"], (), "^A: .*s = 2"),
        ([[], [1], [1]], ["1/2", "1/2"], (), "^A: "),
        ([[], [1, 0, 0]], ["1/2", "1/2"], (), "^A: "),
        ([[], [1]], ["1/2", "1/2"], [0], "^c: .*s = 2"),
        ([[]], [1], [0, 1], "^c: .*s = 1"),
    ],
)
def test_wrong_shapes(A: list, beta: list, c: list, match: str) -> None:
    """A, beta and c must have s rows, weights and nodes."""
    with pytest.raises(ValueError, match=match):
        Tableau("bad", A, beta, c)


def cell_text(cell: Tag) -> str:
    """The number that a cell shows: fractions as p/q."""
    for fraction in cell.find_all("mfrac"):
        fraction.replace_with("/".join(part.get_text() for part in fraction.find_all(recursive=False)))
    return cell.get_text()


@pytest.mark.parametrize(
    ("scheme", "rows"),
    [
        (EULER, [["0", ""], ["", "1"]]),
        (HEUN, [["0", "", ""], ["1", "1", ""], ["", "1/2", "1/2"]]),
        (
            RK4,
            [
                ["0", "", "", "", ""],
                ["1/2", "1/2", "", "", ""],
                ["1/2", "0", "1/2", "", ""],
                ["1", "0", "0", "1", ""],
                ["", "1/6", "1/3", "1/3", "1/6"],
            ],
        ),
        (IMPLICIT_MIDPOINT, [["1/2", "1/2"], ["", "1"]]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_html_shows_figure_1(scheme: Tableau, rows: list[list[str]]) -> None:
    """The HTML table has s+1 rows: node and row of A, then the weights, an explicit scheme's upper zeros left blank."""
    table = BeautifulSoup(scheme._repr_html_(), "html.parser").table
    assert [[cell_text(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")] == rows
    assert [cell_text(cell) for cell in table.find_all("th", scope="row")] == [row[0] for row in rows[:-1]]
    assert table.caption.get_text() == scheme.name


@pytest.mark.parametrize("name", EXPECTED)
def test_html_has_rules_of_a_butcher_tableau(name: str) -> None:
    """Every first cell has a line to its right, and every cell of the last row one above."""
    rows = BeautifulSoup(TABLEAUS[name]._repr_html_(), "html.parser").find_all("tr")
    assert len(rows) == TABLEAUS[name].stages + 1
    right = [["border-right" in cell["style"] for cell in row.find_all(["th", "td"])] for row in rows]
    top = [["border-top" in cell["style"] for cell in row.find_all(["th", "td"])] for row in rows]
    s = TABLEAUS[name].stages
    assert right == [[True] + [False] * s] * (s + 1)
    assert top == [[False] * (s + 1)] * s + [[True] * (s + 1)]


def test_html_escapes_the_name() -> None:
    """A name is text, never markup."""
    assert "<caption>a&lt;b&gt;</caption>" in Tableau("a<b>", [[]], [1])._repr_html_()


def test_latex_shows_figure_1() -> None:
    """The LaTeX form of Heun's tableau, letter by letter apart from spaces."""
    array = r"\begin{array}{c|cc}0&&\\1&1&\\\hline&\frac{1}{2}&\frac{1}{2}\end{array}"
    assert HEUN._repr_latex_().replace(" ", "") == rf"$\displaystyle{array}$"


@pytest.mark.parametrize("name", EXPECTED)
def test_latex_has_a_line_for_each_stage(name: str) -> None:
    """s rows of s+1 entries, and the weights below the rule."""
    text, s = TABLEAUS[name]._repr_latex_(), TABLEAUS[name].stages
    assert text.count(r"\\") == s
    assert text.count("&") == s * (s + 1)
    assert text.split(r"\hline")[1].count("&") == s


def test_repr_says_what_the_scheme_is() -> None:
    """The plain form names the kind, the stages and the order."""
    assert repr(RK4) == "Tableau('classic RK4': explicit, 4 stages, order 4)"


@pytest.mark.parametrize(
    "change",
    [
        {"A": None},
        {"A": "ab"},
        {"A": [1, []]},
        {"beta": 1.0},
        {"beta": "12"},
        {"c": 3},
        {"c": {1, 0}},
        {"beta": np.array(1)},
    ],
)
def test_what_is_no_sequence_is_refused(change: dict[str, object]) -> None:
    """With the name of the argument."""
    (name,) = change
    with pytest.raises(ValueError, match=rf"^{name}: must be a sequence, got .*; pass"):
        Tableau(**{"name": "x", "A": [[], [1]], "beta": ["1/2", "1/2"], **change})


@pytest.mark.parametrize("z", ["", "one", 10**400, [object()]])
def test_stability_of_what_is_no_number(z: object) -> None:
    with pytest.raises(ValueError, match="^z: must hold complex numbers, got .*; pass"):
        RK4.stability(z)


def test_stability_at_a_pole() -> None:
    """1 - z / 2 is zero at z = 2."""
    with pytest.raises(ValueError, match=r"^z: must not be a pole, got \(2\+0j\); leave this"):
        IMPLICIT_MIDPOINT.stability(2.0)
