"""Every numbered equation of the paper's Sections 2 and 3 has one label in the book, and a check on the same page.

The check is an assertion, or a loop with one, directly below a comment of its own line: ``# checks (3.24), (3.25)``.
"""

import ast
import re
from collections import Counter

import execute
import pytest

NUMBERS = {f"2.{n}" for n in range(1, 13)} | {f"3.{n}" for n in range(1, 27)}
"""(2.1) to (2.12) and (3.1) to (3.26); Section 4 numbers no equation."""

LABEL = re.compile(r"^\$\$ \(paper-([\d.]+)\)$", re.MULTILINE)
COMMENT = re.compile(r"^\s*# checks\b(.*)$")
LIST = re.compile(r" \(\d+\.\d+\)(, \(\d+\.\d+\))*")


def labels(text: str) -> list[str]:
    """Numbers of the paper's equations that a page defines."""
    return LABEL.findall(text)


def checks(code: str) -> list[str]:
    """Numbers of the equations that a cell checks; AssertionError where no assertion follows the comment."""
    statements = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)]
    found = []
    for line, text in enumerate(code.splitlines(), start=1):
        if comment := COMMENT.match(text):
            assert LIST.fullmatch(comment[1]), f"must read '# checks (3.1), (3.2)', got {text!r}"
            below = [node for node in statements if node.lineno == line + 1]
            assert any(isinstance(inner, ast.Assert) for node in below for inner in ast.walk(node)), text
            found += re.findall(r"\d+\.\d+", comment[1])
    return found


@pytest.fixture(scope="module")
def pages() -> dict[str, tuple[list[str], list[str]]]:
    """Labels and checks of each page that has any."""
    found = {}
    for page in execute.pages():
        chapter = execute.BOOK / f"{page}.py"
        if chapter.is_file():
            cells = execute.read_chapter(chapter).cells
            text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
            code = [cell.source for cell in cells if cell.cell_type == "code"]
        else:
            text, code = (execute.BOOK / f"{page}.md").read_text("utf8"), []
        found[page] = labels(text), [number for cell in code for number in checks(cell)]
    return found


def test_every_equation_has_one_label(pages):
    assert Counter(number for page_labels, _ in pages.values() for number in page_labels) == Counter(NUMBERS)


def test_every_equation_is_checked_where_it_is_labelled(pages):
    for page, (page_labels, page_checks) in pages.items():
        assert set(page_checks) == set(page_labels), page


# ---- the two readers themselves


def test_a_label_ends_a_formula():
    assert labels("$$\nx\n$$ (paper-2.1)\n\nas in {eq}`paper-2.2`\n\n$$y$$ (eq-2.a)\n\n$$\nz\n$$ (paper-3.26)") == [
        "2.1",
        "3.26",
    ]


@pytest.mark.parametrize(
    "code",
    [
        "# checks (3.1), (3.26)\nassert x",
        "y = 1\n# checks (3.1), (3.26)\nfor x in y:\n    z = x\n    assert z",
        "if y:\n    # checks (3.1), (3.26)\n    assert (\n        x\n    )",
    ],
)
def test_a_check_is_a_comment_above_an_assertion(code):
    assert checks(code) == ["3.1", "3.26"]


@pytest.mark.parametrize(
    "code",
    [
        "# checks (3.1)",
        "# checks (3.1)\nx = 1",
        "# checks (3.1)\nx = 1\nassert x",
        "# checks (3.1)\n\nassert x",
        "# checks 3.1\nassert x",
        "# checks (3.1) to (3.3)\nassert x",
        "# checks\nassert x",
    ],
)
def test_a_check_without_assertion_or_in_another_form_is_an_error(code):
    with pytest.raises(AssertionError):
        checks(code)
