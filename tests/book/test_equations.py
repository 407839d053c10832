"""Every numbered equation of the paper's Sections 2 and 3 has one label in the book, its code and a check on that page.

The check is tested: mutants of the code, see ``tests/mutants.py``, must not pass it.
"""

import ast
import json
import subprocess
import sys
from collections import Counter

import execute
import mutants
import pytest

NUMBERS = [f"2.{n}" for n in range(1, 13)] + [f"3.{n}" for n in range(1, 27)]
"""(2.1) to (2.12) and (3.1) to (3.26); Section 4 numbers no equation."""

FEWEST = 3
"""Mutants of an equation, at least."""

EQUIVALENT = {
    ("3.14", "range(s) -> range(s - 1)"): "the last column of an explicit scheme's A is zero",
}
"""Mutants that change nothing, by equation and change, each with the reason."""


@pytest.fixture(scope="module")
def pages() -> dict[str, tuple[list[str], mutants.Page]]:
    """Labels and code of each page."""
    found = {}
    for page in execute.pages():
        chapter = execute.BOOK / f"{page}.py"
        if chapter.is_file():
            cells = execute.read_chapter(chapter).cells
            text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
            code = mutants.code_cells(chapter)
        else:
            text, code = (execute.BOOK / f"{page}.md").read_text("utf8"), []
        found[page] = mutants.labels(text), mutants.Page(code)
    return found


@pytest.fixture(scope="module")
def fates(pages) -> dict[str, list[mutants.Fate]]:
    """What becomes of the mutants of each equation."""
    chapters = [str(execute.BOOK / f"{page}.py") for page, (_, code) in pages.items() if code.numbers("codes")]
    done = subprocess.run(
        [sys.executable, mutants.__file__, "--json", *chapters], cwd=execute.ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = {number: [] for number in NUMBERS}
    for entry in json.loads(done.stdout):
        found[entry["number"]].append(mutants.Fate(**entry))
    return found


def test_every_equation_has_one_label(pages):
    assert Counter(number for labels, _ in pages.values() for number in labels) == Counter(NUMBERS)


def test_every_equation_is_coded_and_checked_where_it_is_labelled(pages):
    for page, (labels, code) in pages.items():
        assert set(code.numbers("codes")) == set(code.numbers("checks")) == set(labels), page


@pytest.mark.parametrize("number", NUMBERS)
def test_a_check_finds_every_mutant_of_its_equation(number, fates):
    assert len(fates[number]) >= FEWEST
    unfound = {fate.change for fate in fates[number] if fate.end in (mutants.SURVIVED, mutants.TOO_LONG)}
    equivalent = {change for equation, change in EQUIVALENT if equation == number}
    assert unfound == equivalent & {fate.change for fate in fates[number]}
    assert any(fate.end == mutants.BY_CHECK for fate in fates[number])


def test_every_equivalent_mutant_is_one(pages):
    for number, change in EQUIVALENT:
        pairs = [pair for _, code in pages.values() for pair in code.mutants_of(number, sys.maxsize)]
        assert change in {text for _, (text, _) in pairs}


# ---- the readers


def test_a_label_ends_a_formula():
    assert mutants.labels(
        "$$\nx\n$$ (paper-2.1)\n\nas in {eq}`paper-2.2`\n\n$$y$$ (eq-2.a)\n\n$$\nz\n$$ (paper-3.26)"
    ) == ["2.1", "3.26"]


@pytest.mark.parametrize(
    "code",
    [
        "# checks (3.1), (3.26)\nassert x",
        "y = 1\n# checks (3.1), (3.26)\nfor x in y:\n    z = x\n    assert z",
        "if y:\n    # checks (3.1), (3.26)\n    assert (\n        x\n    )",
        "# codes (3.1), (3.26)\nx = 1",
        "for x in y:\n    # codes (3.1), (3.26)\n    z = x",
        "# codes (3.1), (3.26)\ndef f(x):\n    return x",
    ],
)
def test_a_mark_is_a_comment_above_a_statement(code):
    (mark,) = mutants.marks(code)
    assert mark.numbers == ("3.1", "3.26")


@pytest.mark.parametrize("kind", ["codes", "checks"])
@pytest.mark.parametrize(
    "below",
    [" (3.1)", " (3.1)\n\nassert x", " 3.1\nassert x", " (3.1) to (3.3)\nassert x", "\nassert x"],
)
def test_a_mark_without_its_statement_or_in_another_form_is_an_error(kind, below):
    with pytest.raises(AssertionError):
        mutants.marks(f"# {kind}{below}")


@pytest.mark.parametrize("below", ["x = 1", "x = 1\nassert x"])
def test_a_check_has_an_assertion(below):
    with pytest.raises(AssertionError):
        mutants.marks(f"# checks (3.1)\n{below}")


# ---- the mutants


def changes(code: str) -> set[str]:
    """What the mutants of a statement change, in words."""
    return {text for group in mutants.mutants(ast.parse(code).body[0]) for text, _ in group}


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("p = a + b", "a + b -> a - b"),
        ("p = -a", "-a -> a"),
        ("p -= a", "p -= a -> p += a"),
        ("p = a * b", "a * b -> a / b"),
        ("p = a > b", "a > b -> a < b"),
        ("p = Y[l]", "Y[l] -> Y[l - 1]"),
        ("p = t[:-1]", "t[:-1] -> t[:-1 - 1]"),
        ("p = sum(range(s))", "range(s) -> range(s - 1)"),
        ("p = 2 * x", "2 -> 3"),
        ("p = y.mean()", "y.mean() -> y.sum()"),
        ("p = y @ K.T", "K.T -> K"),
        ("p = y @ K", "y @ K -> y @ K.T"),
        ("p = K @ y", "K @ y -> y @ K"),
        ("p = A[i, j]", "A[i, j] -> A[j, i]"),
        ("p = f(u, y)", "f(u, y) -> f(y, u)"),
        ("p = h * x", "h * x -> x"),
        ("p = a - b", "a - b -> a"),
        ("p = np.tanh(z)", "np.tanh(z) -> z"),
        ("p = RKNet(h=T / L)", "T / L -> T * L"),
        ("def f(y):\n    for l in y:\n        p = a + b", "a + b -> a - b"),
    ],
)
def test_each_operator(code, change):
    assert change in changes(code)


@pytest.mark.parametrize(
    "code",
    ["p = dot(a, b)", "p = y.sum(dim=1)", "assert a + b", "'''1 + 1'''", "p: 2 = x", "p = f'{a + b}'", "p = True"],
)
def test_what_is_no_formula_has_no_mutants(code):
    assert all("->" in change and "mean" in change for change in changes(code))


def test_mutants_differ_from_the_statement_in_one_place_and_leave_it_alone():
    statement = ast.parse("p = P[l + 1] + h * sum(beta[i] * F[l, i] for i in range(s))").body[0]
    before = ast.unparse(statement)
    found = [mutant for group in mutants.mutants(statement) for mutant in group]
    assert ast.unparse(statement) == before
    assert len({ast.unparse(mutant) for _, mutant in found} - {before}) >= len(found) - 1  # one of two ways to P[l]


def test_the_choice_is_spread_over_the_operators():
    assert mutants.in_turn([[1, 2, 3, 4], [], [5], [6, 7, 8]], 5) == [1, 3, 5, 6, 7]
    assert mutants.in_turn([[1], [2]], 9) == [1, 2]


def run(code: str) -> list[str]:
    """What becomes of the mutants of two cells, in this order of ends: found, error, survived."""
    ends = [fate.end for fate in mutants.Page(code.split("\n%%\n")).fates()]
    return [ends.count(end) for end in (mutants.BY_CHECK, mutants.BY_ERROR, mutants.SURVIVED)]


def test_only_an_equations_own_check_finds_its_mutants():
    code = "# codes (3.1)\nx = 1 - 1\nassert x == 0\n%%\ny = x\n# checks (3.1)\nassert y {}"
    found, error, survived = run(code.format("== 0"))
    assert (found, error, survived) == (4, 0, 0)
    assert run(code.format("< 9"))[0] == 0


def test_an_error_is_told_from_a_check():
    assert run("# codes (3.1)\nx = {0: 4}[0]\n%%\n# checks (3.1)\nassert x == 4") == [1, 2, 0]
