"""Exact numbers: read like independent arithmetic computes them, in bounded time, and never evaluated."""

from __future__ import annotations

import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import probe
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from rknet import TABLEAUS, Tableau
from rknet.exact import LARGEST, MAX_DEPTH, MAX_LENGTH, exact, simplified
from rknet.laboratories import TableauLaboratory
from rknet.laboratories import tableau as lab
from rknet.playground import Playground
from rknet.playground.exported import tableau as scheme
from rknet.surds import MAX_TERMS, Surd

DIGITS = 40
"""Decimal digits of the oracle for roots."""
CLOSE = mpmath.mpf(10) ** -20
"""Half of these digits: what is left of them after the cancellations of a short expression."""

BOTH = {
    "0": 0,
    "1": 1,
    "+1": 1,
    "-2": -2,
    "007": 7,
    "1/3": Fraction(1, 3),
    " -10 / 4 ": Fraction(-5, 2),
    "0.25": Fraction(1, 4),
    ".5": Fraction(1, 2),
    "5.": 5,
    "-0.5/2": Fraction(-1, 4),
    "0/7": 0,
    str(LARGEST): LARGEST,
    f"1/{LARGEST}": Fraction(1, LARGEST),
    "1" + "0" * 40 + "/1" + "0" * 40: 1,
    "0" * (MAX_LENGTH - 1) + "1": 1,
    " " * MAX_LENGTH + "1": 1,
}
"""What the page and the library read alike."""

EXPRESSIONS = {
    "1/2 - 1/3": Fraction(1, 6),
    "-(1 + 2) * 3/4": Fraction(-9, 4),
    "1/-2": Fraction(-1, 2),
    "1/2.5": Fraction(2, 5),
    "--1": 1,
    "2*-3": -6,
    "8/2/2": 2,
    "sqrt(4)": 2,
    "sqrt(9/16)": Fraction(3, 4),
    "sqrt(0)": 0,
    "sqrt(sqrt(16) + 5)": 3,
    "(sqrt(2) + 1)*(sqrt(2) - 1)": 1,
    "sqrt(2)*sqrt(3) - sqrt(6)": 0,
    "sqrt(8)/sqrt(2)": 2,
    "(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH: 1,
}
"""What the library reads and the page, which trains explicit schemes only, leaves out."""

HOSTILE = [
    "__import__('os').system('touch HACKED')",
    "__import__('os')",
    "().__class__.__bases__[0].__subclasses__()",
    "exec('1')",
    "lambda: 0",
    "[1 for _ in (1,)][0]",
    "sqrt.__globals__",
    "sqrt(2).free_symbols",
    "Integer(1)",
    "x",
    "pi",
    "E",
    "I",
    "oo",
    "zoo",
    "nan",
    "inf",
    "True",
    "None",
]
HANGING = [
    "9**9**9",
    "9^9",
    "factorial(10**9)",
    "10e99999999",
    "1e400",
    "1e5",
    "1E-3",
    "(" * 60 + "1" + ")" * 60,
    "(" * 5000 + "1" + ")" * 5000,
    "-" * 100_000 + "1",
    "sqrt(" * 100 + "2" + ")" * 100,
    "9" * 5000,
    "1/" + "9" * 100_000,
    "0." + "0" * 100_000 + "1",
    "1" * 17,
    "1/" + "3" * 17,
    "1/9007199254740993",
    "0.00000000000000001",
    "9007199254740991*9007199254740991",
    "sqrt(" + "9" * 60 + ")",
    "1/(1" + "".join(f"+sqrt({p})" for p in (2, 3, 5, 7, 11, 13, 17, 19, 23)) + ")",
    "*".join(f"(1+sqrt({p}))" for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31)),
]
BROKEN = [
    "",
    " ",
    ".",
    "1.2.3",
    "1 2",
    "1/",
    "/2",
    "1//2",
    "1**2",
    "(1",
    "1)",
    "()",
    "sqrt",
    "sqrt()",
    "sqrt 2",
    "sqrt2",
    "2sqrt(3)",
    "2(3)",
    "1/0",
    "1/(1-1)",
    "1/(sqrt(4)-2)",
    "sqrt(-1)",
    "sqrt(1-2)",
    "0x10",
    "1_000",
    "1,5",
    "٣",
    "１",
    "²",
    "−1",
    "½",
    "1\x00",
    "1;2",
    "'1'",
    "1#",
]
ROOTS_OF_ROOTS = ["sqrt(sqrt(2))", "sqrt(15+2*sqrt(30))", "sqrt(3+2*sqrt(2))"]


# ---- What is read


@pytest.mark.parametrize(("text", "value"), [*BOTH.items(), *EXPRESSIONS.items()])
def test_text_is_read_as_the_number_it_says(text: str, value: Fraction | int) -> None:
    assert exact("A", text) == sympy.Rational(Fraction(value).numerator, Fraction(value).denominator)


def combined(parts: tuple[Any, str, Any]) -> tuple[str, Any]:
    """Two numbers, each as text and as the oracle's number, and the sign between them."""
    (a, x), sign, (b, y) = parts
    return f"({a} {sign} {b})", {"+": x.__add__, "-": x.__sub__, "*": x.__mul__, "/": x.__truediv__}[sign](y)


fractions = st.builds(lambda p, q: (f"{p}/{q}", Fraction(p, q)), st.integers(0, 99), st.integers(1, 99))
decimals = st.decimals(0, 99, places=2).map(lambda d: (str(d), Fraction(d)))
rationals = st.recursive(
    st.one_of(fractions, decimals).map(lambda leaf: (f"({leaf[0]})", leaf[1])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).filter(lambda t: t[1] != "/" or t[2][1] != 0).map(combined),
        inner.map(lambda number: (f"-{number[0]}", -number[1])),
    ),
    max_leaves=5,
)


def readable(number: tuple[str, Any]) -> bool:
    """Within the limits of text."""
    text, value = number
    depth = max((text[:k].count("(") - text[:k].count(")") for k in range(len(text))), default=0)
    return len(text) <= MAX_LENGTH and depth <= MAX_DEPTH and max(abs(value.numerator), value.denominator) <= LARGEST


@given(rationals.filter(readable))
def test_random_expressions_of_fractions(number: tuple[str, Fraction]) -> None:
    """Python's fractions are the oracle."""
    text, value = number
    read = exact("A", text)
    assert (read.p, read.q) == (value.numerator, value.denominator)


terms = st.tuples(st.integers(-9, 9), st.integers(1, 9), st.sampled_from([1, 2, 3, 6, 8, 12, 24, 50]))
sums = st.lists(terms, min_size=1, max_size=3)


def spelt(parts: list[tuple[int, int, int]]) -> tuple[str, mpmath.mpf]:
    """A sum of square roots as text and as the oracle's number."""
    text = " + ".join(f"{p}/{q}*sqrt({n})" for p, q, n in parts)
    return f"({text})", mpmath.fsum(mpmath.mpf(p) / q * mpmath.sqrt(n) for p, q, n in parts)


@given(sums, st.sampled_from("+-*/"), sums)
def test_random_expressions_of_square_roots(first: list, sign: str, second: list) -> None:
    """Forty digits by mpmath are the oracle; a difference that vanishes is exactly zero."""
    with mpmath.workdps(DIGITS):
        (a, x), (b, y) = spelt(first), spelt(second)
        if sign == "/" and abs(y) < CLOSE:
            with pytest.raises(ValueError, match="^A: "):
                exact("A", f"{a}/{b}")
            return
        value = {"+": x + y, "-": x - y, "*": x * y}[sign] if sign != "/" else x / y
        read = exact("A", f"{a}{sign}{b}")
        assert abs(mpmath.mpf(str(read.evalf(DIGITS))) - value) < CLOSE
        assert (read == 0) == (abs(value) < CLOSE)


@given(sums, sums)
def test_equal_numbers_have_one_form(first: list, second: list) -> None:
    """However a number is written, it is stored and printed in one way, and its text is read back."""
    a, b = spelt(first)[0], spelt(second)[0]
    one = exact("A", f"{a}*{a} - {b}*{b}")
    other = exact("A", f"({a} + {b})*({a} - {b})")
    assert one == other and str(one) == str(other)
    assert exact("A", str(one)) == one


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (2, "2"),
        (np.int64(-2), "-2"),
        (Fraction(1, 3), "1/3"),
        (sympy.Rational(1, 3), "1/3"),
        (sympy.sqrt(12) / 4, "sqrt(3)/2"),
        (1 / (1 + sympy.sqrt(2)), "sqrt(2) - 1"),
        ((1 + sympy.sqrt(5)) ** 2 / 4, "(3 + sqrt(5))/2"),
        (sympy.Rational(2, 3) ** sympy.Rational(3, 2), "2*sqrt(6)/9"),
    ],
)
def test_numbers_that_are_objects(given: Any, text: str) -> None:
    assert exact("A", given) == exact("A", text)


@pytest.mark.parametrize("tableau", TABLEAUS.values(), ids=list(TABLEAUS))
def test_shipped_schemes_are_read_back_from_their_text(tableau: Tableau) -> None:
    schemes = [tableau] if 0 in tableau.beta else [tableau, tableau.partner]
    for one in schemes:
        A, beta, c = [list(map(str, row)) for row in one.A], list(map(str, one.beta)), list(map(str, one.c))
        assert Tableau("again", A, beta, c) == one


# ---- What is refused


@pytest.mark.parametrize("text", [*HOSTILE, *HANGING, *BROKEN, *ROOTS_OF_ROOTS], ids=lambda text: text[:30])
def test_other_text_is_refused_and_never_run(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line of bounded length, by the field's name, wherever text comes in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "system", lambda command: pytest.fail(f"ran {command}"))
    for refused in (
        lambda: exact("beta", text),
        lambda: Tableau("m", [[]], [text]),
        lambda: Tableau("m", [[text]], [1]),
        lambda: Tableau("m", [[]], [1], [text]),
    ):
        with pytest.raises(ValueError, match="^(A|beta|c): entries must be .*, got .*; ") as caught:
            refused()
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 250
    if text.strip():  # the page leaves zeros out
        with pytest.raises(ValueError, match="^beta: "):
            scheme({"A": [[]], "beta": [text]})
    if not {*",;\n"} & {*text}:  # which separate entries here
        with pytest.raises(ValueError, match="^(A|beta): "):
            lab.parse("", text)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("text", [HOSTILE[0], HANGING[0]])
def test_the_state_of_a_widget_is_not_run(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the playground and of the laboratory, whose picture says what is wrong."""
    monkeypatch.chdir(tmp_path)
    widget = Playground(configuration={"scheme": {"A": [[]], "beta": [text]}})
    widget.weights = {"W": np.zeros((2, 3)), "b": np.zeros((1, 3))}
    with pytest.raises(ValueError, match="^beta: entries must be finite real numbers"):
        widget.to_net()
    laboratory = TableauLaboratory(scheme="euler")
    figure = laboratory.draw(scheme=lab.OWN, A="", beta=text)
    assert figure.texts[0].get_text().startswith("beta: entries must be finite real numbers")
    assert not any(tmp_path.iterdir())


def test_large_numbers_are_not_factored() -> None:
    """The product of two primes of twenty-five digits, whose factors nobody finds by chance."""
    n = sympy.nextprime(10**24) * sympy.nextprime(3 * 10**24)
    for value in (f"sqrt({n})", f"sqrt(1/{n})", sympy.sqrt(n)):
        with pytest.raises(ValueError, match="^A: entries must be without square roots of numbers above 2"):
            exact("A", value)


UNSUITABLE: list[Any] = [
    True,
    np.True_,
    None,
    [1],
    b"1",
    1j,
    Decimal("0.5"),
    0.5,
    float("nan"),
    np.float32(1),
    sympy.Symbol("x"),
    sympy.pi,
    sympy.I,
    sympy.oo,
    sympy.zoo,
    sympy.nan,
    sympy.sin(1),
    sympy.Float(1),
    2 ** sympy.Rational(1, 3),
    sympy.sqrt(-2),
    sympy.sqrt(1 + sympy.sqrt(2)),
    sympy.sqrt(2) ** sympy.sqrt(2),
    sympy.Pow(1 + sympy.sqrt(2), 10**9),
    sympy.Mul(*(1 + sympy.sqrt(sympy.prime(n)) for n in range(1, 30))),
]


@pytest.mark.parametrize("value", UNSUITABLE, ids=repr)
def test_other_objects_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="^A: entries must be .*, got .*; "):
        exact("A", value)


def test_a_deep_expression_is_refused() -> None:
    number = sympy.sqrt(2)
    for _ in range(MAX_DEPTH):
        number = sympy.Mul(2, sympy.Add(1, number, evaluate=False), evaluate=False)
    with pytest.raises(ValueError, match="^A: entries must be at most 20 levels deep"):
        exact("A", number)


# ---- Sizes of tableaus


def test_a_scheme_of_many_stages_is_refused() -> None:
    with pytest.raises(ValueError, match="^beta: must hold at most 12 weights, got 10000; use a scheme of fewer"):
        Tableau("long", [[]] * 10_000, ["1/10000"] * 10_000)


def test_the_error_of_a_long_matrix_is_short() -> None:
    with pytest.raises(ValueError, match=r"characters\); give s >= 1 rows") as caught:
        Tableau("long", [[]] * 10_000, [1])
    assert len(str(caught.value)) < 250


def test_more_roots_than_can_be_computed_with_are_refused() -> None:
    """Two roots and their product, as 6 = 2 * 3, are within the limit; three independent ones are not."""
    assert Tableau("two", [["sqrt(2)", "sqrt(3)"], ["sqrt(6)", 0]], ["1/2", "1/2"]).order == 1
    with pytest.raises(ValueError, match="^A: entries must have at most 2 square roots in all, got more; use"):
        Tableau("three", [["sqrt(2)", "sqrt(3)"], ["sqrt(5)", 0]], ["1/2", "1/2"])


def test_entries_of_many_digits_are_refused() -> None:
    digits = 2**2048
    with pytest.raises(ValueError, match="^A: entries must have numerators of at most 2048 bits .*, got 2049; use"):
        Tableau("large", [[digits]], [1])
    with pytest.raises(ValueError, match="^A: entries must have numerators of at most 1024 bits .*, got 2049; use"):
        Tableau("small", [[sympy.sqrt(2) / digits]], [1])
    with pytest.raises(ValueError, match="^A: entries must have numerators"):
        Tableau("huge", [[10**10_000]], [1])


def test_the_largest_scheme_that_the_page_reads_is_read_here() -> None:
    """Eight stages, all denominators different and of sixteen digits."""
    q = iter(range(LARGEST - 40, LARGEST))
    A = [[f"1/{next(q)}" for _ in range(i)] for i in range(8)]
    beta = [f"1/{next(q)}" for _ in range(7)]
    last = 1 - sum(map(Fraction, beta))
    assert Tableau("large", A, [*beta, sympy.Rational(last.numerator, last.denominator)]).order == 1


RADAU = Tableau(
    "Radau IIA 5",
    [
        ["11/45 - 7*sqrt(6)/360", "37/225 - 169*sqrt(6)/1800", "-2/225 + sqrt(6)/75"],
        ["37/225 + 169*sqrt(6)/1800", "11/45 + 7*sqrt(6)/360", "-2/225 - sqrt(6)/75"],
        ["4/9 - sqrt(6)/36", "4/9 + sqrt(6)/36", "1/9"],
    ],
    ["4/9 - sqrt(6)/36", "4/9 + sqrt(6)/36", "1/9"],
)
GAUSS6 = Tableau(
    "Gauss-Legendre 6",
    [
        ["5/36", "2/9 - sqrt(15)/15", "5/36 - sqrt(15)/30"],
        ["5/36 + sqrt(15)/24", "2/9", "5/36 - sqrt(15)/24"],
        ["5/36 + sqrt(15)/30", "2/9 + sqrt(15)/15", "5/36"],
    ],
    ["5/18", "4/9", "5/18"],
)


def test_known_schemes_with_roots() -> None:
    """Hairer and Wanner II, IV.5: orders 5 and 6; the nodes of Radau IIA, and Gauss is its own partner."""
    assert RADAU.order == 5 and GAUSS6.order == 5  # as far as conditions are counted
    assert RADAU.c == tuple(exact("c", node) for node in ("(4 - sqrt(6))/10", "(4 + sqrt(6))/10", "1"))
    assert GAUSS6.partner == GAUSS6 and RADAU.partner.partner == RADAU


# ---- Surds


@given(st.lists(st.tuples(st.integers(-9, 9), st.sampled_from([1, 2, 3, 6])), min_size=1, max_size=4))
def test_the_inverse_is_the_inverse(parts: list[tuple[int, int]]) -> None:
    number = sum((Surd({n: Fraction(p)}) for p, n in parts if p), Surd({}))
    if number.terms:
        assert number * number.inverse() == Surd.of(1)
        assert len(number.inverse().terms) <= MAX_TERMS


def test_sums_of_products_are_simplified() -> None:
    root = sympy.sqrt(3)
    assert simplified((1 + root) * (1 - root) + 2) == 0
    assert simplified(1 / (2 + root)) == 2 - root


# ---- The page


def one_entry(text: str) -> dict[str, Any]:
    return {"A": [[], [text]], "beta": ["1", "0"]}


def test_the_page_reads_the_same_numbers(node: Any) -> None:
    answers = probe.ask(node, *(("order", one_entry(text)) for text in BOTH))
    for answer, value in zip(answers, BOTH.values(), strict=True):
        assert answer["text"]["A"][1] == [str(Fraction(value))]


def test_the_page_refuses_what_is_refused_here(node: Any) -> None:
    refused = [text for text in (*HOSTILE, *HANGING, *BROKEN, *ROOTS_OF_ROOTS, *EXPRESSIONS) if text.strip()]
    answers = probe.ask(node, *(("refusal", "readTableau", one_entry(text)) for text in refused))
    for text, message in zip(refused, answers, strict=True):
        assert message is not None, text
        assert message.startswith("a_21: must be ") and len(message) < 300
