"""Mutants of a chapter's formulas: each coded equation is changed in small ways, and its own check must notice.

In a chapter ``# codes (3.14)`` stands directly above the statement that codes an equation, and ``# checks (3.14)``
above the assertion, or the loop with one, that judges it, in the same cell or a later one. A mutant changes one place
of the coded statement, and what the checks need runs once more from there, in a forked process. All assertions but
those under the equation's own comments are taken out, so that only its own checks can find the mutant. From the top
level::

    PYTHONPATH=. .venv/bin/python tests/mutants.py book/chapters/NAME.py ...

lists for each equation of these pages what became of its mutants. Option ``--found`` shows those found, too;
``--every`` runs all mutants, not only a choice of MOST for each equation.
"""

from __future__ import annotations

import argparse
import ast
import copy
import dis
import json
import os
import re
import signal
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from types import CodeType
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1] / "book"))

import environment
from execute import chapter

MOST = 12
"""Mutants for one equation: where there are more, as many of each operator, spread over the statement."""

LIMIT = 60
"""Seconds for one mutant. The slowest takes one or two; a mutant that needs longer has not been found."""

LABEL = re.compile(r"^\$\$ \(paper-([\d.]+)\)$", re.MULTILINE)
COMMENT = re.compile(r"^\s*# (codes|checks)\b(.*)$")
LIST = re.compile(r" \(\d+\.\d+\)(, \(\d+\.\d+\))*")

SURVIVED, BY_CHECK, BY_ERROR, TOO_LONG = "survived", "found by the check", "stopped by an error", "took too long"


# ---- which statements code and check an equation


def labels(text: str) -> list[str]:
    """Numbers of the paper's equations that a page's text defines."""
    return LABEL.findall(text)


@dataclass(frozen=True)
class Mark:
    """A comment and the statement below it."""

    kind: str
    numbers: tuple[str, ...]
    cell: int
    line: int


def marks(code: str, cell: int = 0) -> list[Mark]:
    """The marks of a cell; AssertionError where a comment is malformed or no fitting statement follows it."""
    statements = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)]
    found = []
    for line, text in enumerate(code.splitlines(), start=1):
        if comment := COMMENT.match(text):
            kind, numbers = comment.groups()
            assert LIST.fullmatch(numbers), f"must read '# {kind} (3.1), (3.2)', got {text!r}"
            below = [node for node in statements if node.lineno == line + 1]
            asserts = any(isinstance(inner, ast.Assert) for node in below for inner in ast.walk(node))
            assert asserts if kind == "checks" else below, f"no statement follows that {kind}: {text!r}"
            found.append(Mark(kind, tuple(re.findall(r"\d+\.\d+", numbers)), cell, line + 1))
    return found


# ---- operators: each yields (what to put in place of) a node

SYMMETRIC = {"agree", "allclose", "dot", "max", "maximum", "min", "minimum", "zip"}
"""Functions whose value does not depend on the order of their first two arguments, or which only pair them."""

MATHEMATICS = {
    "abs",
    "arctanh",
    "cos",
    "exp",
    "log",
    "log1p",
    "log_softmax",
    "reversed",
    "sigmoid",
    "sin",
    "softmax",
    "tanh",
}
"""Functions that a mutant leaves out: its first argument takes the place of the call."""

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}


def name_of(node: ast.AST) -> str:
    """The last name of ``a``, ``a.b`` or ``a.b[c]``."""
    if isinstance(node, ast.Subscript):
        return name_of(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def number(node: ast.AST) -> bool:
    """Whether a node is a number, not a truth value."""
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def shifted(node: ast.expr) -> ast.expr:
    """One less."""
    if number(node):
        return ast.Constant(node.value - 1)
    return ast.BinOp(node, ast.Sub(), ast.Constant(1))


def sign(node: ast.AST) -> Iterator[ast.AST]:
    """The sign of a term or an operand; division for multiplication."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPPED:
        changed = copy.copy(node)
        changed.op = SWAPPED[type(node.op)]()
        yield changed
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in TURNED:
        yield ast.Compare(node.left, [TURNED[type(node.ops[0])]()], node.comparators)


def bound(node: ast.AST) -> Iterator[ast.AST]:
    """An index, a bound of a slice or of a range off by one."""
    if isinstance(node, ast.Subscript):
        places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for k, place in enumerate(places):
            if isinstance(place, ast.Slice):
                for end in ("lower", "upper"):
                    if getattr(place, end) is not None:
                        changed = copy.deepcopy(node)
                        inner = changed.slice.elts[k] if isinstance(changed.slice, ast.Tuple) else changed.slice
                        setattr(inner, end, shifted(getattr(inner, end)))
                        yield changed
            elif isinstance(place, ast.Name) or (number(place) and isinstance(place.value, int)):
                changed = copy.deepcopy(node)
                if isinstance(changed.slice, ast.Tuple):
                    changed.slice.elts[k] = shifted(place)
                else:
                    changed.slice = shifted(place)
                yield changed
    if isinstance(node, ast.Call) and name_of(node.func) == "range" and not node.keywords:
        yield ast.Call(node.func, [*node.args[:-1], shifted(node.args[-1])], [])


def coefficient(node: ast.AST) -> Iterator[ast.AST]:
    """A number outside indices one larger (2 -> 3, 1/2 -> 1/3); a mean for a sum, a sum for a mean."""
    if number(node):
        yield ast.Constant(node.value + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("mean", "sum"):
        other = "sum" if node.func.attr == "mean" else "mean"
        yield ast.Call(ast.Attribute(node.func.value, other, node.func.ctx), node.args, node.keywords)


def transposition(node: ast.AST) -> Iterator[ast.AST]:
    """A transposition dropped or added, indices of a matrix exchanged, the order of a product of matrices changed."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(node.right, ast.MatMult(), node.left)
        for side in ("left", "right"):
            operand = getattr(node, side)
            matrix = isinstance(operand, ast.Subscript) or name_of(operand)[:1].isupper()
            if matrix and name_of(operand) not in ("T", "mT"):
                changed = copy.copy(node)
                setattr(changed, side, ast.Attribute(operand, "T", ast.Load()))
                yield changed
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        first, second = node.slice.elts
        if isinstance(first, ast.Name) and isinstance(second, ast.Name):
            yield ast.Subscript(node.value, ast.Tuple([second, first], ast.Load()), node.ctx)


def order(node: ast.AST) -> Iterator[ast.AST]:
    """The first two arguments of a function exchanged."""
    if isinstance(node, ast.Call) and len(node.args) >= 2 and name_of(node.func) not in SYMMETRIC | {"range"}:
        first, second, *others = node.args
        if not any(isinstance(argument, ast.Starred) for argument in (first, second)):
            yield ast.Call(node.func, [second, first, *others], node.keywords)


def factor(node: ast.AST) -> Iterator[ast.AST]:
    """A factor, a term or a function left out."""
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Mult | ast.Add):
            yield node.right
        if isinstance(node.op, ast.Mult | ast.Add | ast.Sub | ast.Div):
            yield node.left
    if isinstance(node, ast.Call) and name_of(node.func) in MATHEMATICS and node.args:
        yield node.args[0]


OPERATORS: tuple[Callable[[ast.AST], Iterator[ast.AST]], ...] = (sign, bound, coefficient, transposition, order, factor)

UNTOUCHED = (ast.Assert, ast.JoinedStr)
"""Nodes whose inside is not a formula: a check, a text."""

OPTIONS = {"atol", "axis", "dim", "dims", "dtype", "keepdims", "ndmin", "rtol", "seed", "strict"}
"""Arguments by keyword that are not part of a formula."""


T = TypeVar("T")
Mutant = tuple[str, ast.stmt]


def places(node: ast.AST, indexed: bool = False) -> Iterator[tuple[ast.AST, str, int | None, bool]]:
    """Every place below a node: its parent, the field, the position there, and whether it lies in an index."""
    for name, value in ast.iter_fields(node):
        for k, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            hidden = name in ("annotation", "returns", "decorator_list") or isinstance(child, UNTOUCHED)
            hidden = hidden or (isinstance(child, ast.keyword) and child.arg in OPTIONS)
            if isinstance(child, ast.AST) and not hidden:
                inside = indexed or (isinstance(node, ast.Subscript) and name == "slice")
                yield node, name, k, inside
                yield from places(child, inside)


def in_turn(groups: list[list[T]], most: int) -> list[T]:
    """At most so many mutants, as equally many of each group as there are, spread evenly over it."""
    shares, turns = [0] * len(groups), cycle(range(len(groups)))
    for _ in range(min(most, sum(map(len, groups)))):
        shares[next(k for k in turns if shares[k] < len(groups[k]))] += 1
    return [group[len(group) * k // share] for group, share in zip(groups, shares, strict=True) for k in range(share)]


def mutants(statement: ast.stmt) -> list[list[Mutant]]:
    """The mutants of a statement, each with what was changed in words, one list for each operator."""
    found: list[list[Mutant]] = [[] for _ in OPERATORS]
    seen: dict[str, int] = defaultdict(int)
    root = ast.Module([statement], [])
    for parent, name, k, indexed in list(places(root)):
        field = getattr(parent, name)
        old = field if k is None else field[k]
        for operator, group in zip(OPERATORS, found, strict=True):
            if operator is coefficient and indexed and number(old):
                continue  # the operator for bounds changes it
            if operator is coefficient and isinstance(parent, ast.Call) and name_of(parent.func) == "range":
                continue
            for new in operator(old):
                text = f"{ast.unparse(old)} -> {ast.unparse(new)}"
                seen[text] += 1
                text += f" #{seen[text]}" * (seen[text] > 1)
                if k is None:
                    setattr(parent, name, new)
                else:
                    field[k] = new
                group.append((text, ast.fix_missing_locations(copy.deepcopy(root.body[0]))))
                if k is None:
                    setattr(parent, name, old)
                else:
                    field[k] = old
    return found


# ---- running a page


class Judged(ast.NodeTransformer):
    """Takes out every assertion that stands under no check of one equation, and puts a mutant in its place."""

    def __init__(self, checks: set[int], line: int | None = None, mutant: ast.stmt | None = None) -> None:
        self.checks, self.line, self.mutant, self.kept = checks, line, mutant, False

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, changed."""
        if isinstance(node, ast.stmt) and self.mutant is not None and node.lineno == self.line:
            mutant, self.mutant = self.mutant, None
            return self.visit(copy.deepcopy(mutant))
        before = self.kept
        self.kept = before or (isinstance(node, ast.stmt) and node.lineno in self.checks)
        if isinstance(node, ast.Assert) and not self.kept:
            changed: ast.AST = ast.copy_location(ast.Pass(), node)
        else:
            changed = self.generic_visit(node)
        self.kept = before
        return changed


@dataclass(frozen=True)
class Names:
    """What a statement does to names: those it needs, those it binds anew, and those whose objects it may change."""

    needs: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]

    @classmethod
    def of(cls, statement: ast.stmt) -> Names:
        """The names of one statement, those inside the functions that it defines included."""
        code = compile(ast.Module([statement], []), "statement", "exec")
        first: dict[str, str] = {}
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_NAME", "STORE_NAME"):
                first.setdefault(step.argval, step.opname)
        stored = {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_NAME"}
        needs = {name for name, how in first.items() if how == "LOAD_NAME"} | inner_globals(code) - stored
        return cls(frozenset(needs), frozenset(stored), frozenset(touched(statement) - local_names(statement)))


def inner_globals(code: CodeType) -> set[str]:
    """Global names that the functions inside some code read."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    read = {s.argval for c in inner for s in dis.get_instructions(c) if s.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return read.union(*map(inner_globals, inner))


def local_names(statement: ast.stmt) -> set[str]:
    """Arguments and variables of the functions that a statement defines."""
    functions = [node for node in ast.walk(statement) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    nodes = [node for function in functions for node in ast.walk(function)]
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return arguments | {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


CHANGING = re.compile(r".*_|append|extend|update|(standard_)?(normal|uniform|dirichlet)|integers|permutation|choice")
"""Methods that change the object they belong to, among them those of random generators."""


def base(node: ast.expr) -> set[str]:
    """The name before the dots and brackets, if there is one."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def touched(statement: ast.stmt) -> set[str]:
    """Names whose objects a statement may change: by an index, an attribute, a method, or a bare call on them."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found |= base(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and CHANGING.fullmatch(node.func.attr):
            found |= base(node.func)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            found |= {argument.id for argument in node.value.args if isinstance(argument, ast.Name)}
    return found


@dataclass(frozen=True)
class Fate:
    """What became of one mutant."""

    number: str
    change: str
    end: str


class Page:
    """The code cells of a chapter with their marks."""

    def __init__(self, cells: list[str]) -> None:
        self.cells = cells
        self.marks = [mark for k, code in enumerate(cells) for mark in marks(code, k)]
        self.statements = [(k, statement) for k, code in enumerate(cells) for statement in ast.parse(code).body]
        self.names = self.effects()

    def numbers(self, kind: str) -> list[str]:
        """Equations that the page codes, or checks, in order."""
        return list(dict.fromkeys(n for mark in self.marks if mark.kind == kind for n in mark.numbers))

    def of(self, kind: str, number: str) -> list[Mark]:
        """The marks of one equation."""
        return [mark for mark in self.marks if mark.kind == kind and number in mark.numbers]

    def position(self, mark: Mark) -> int:
        """Which of the page's statements holds the one below a mark."""
        inside = [
            k
            for k, (cell, statement) in enumerate(self.statements)
            if cell == mark.cell and statement.lineno <= mark.line <= (statement.end_lineno or 0)
        ]
        return inside[-1]

    def effects(self) -> list[Names]:
        """The names of each statement; a call of one of the page's functions may change what that function changes."""
        by_call: dict[str, frozenset[str]] = {}
        found = []
        for _, statement in self.statements:
            names = Names.of(statement)
            changes = names.changes.union(*(by_call.get(name, ()) for name in names.needs))
            if isinstance(statement, ast.FunctionDef):
                by_call[statement.name], changes = changes, frozenset()
            found.append(Names(names.needs, names.binds, changes))
        return found

    def needed(self, marks: list[Mark], first: int = 0) -> list[int]:
        """The statements, from the first on, without which those below some marks cannot be run."""
        wanted = {self.position(mark) for mark in marks}
        needs: set[str] = set()
        kept = []
        for k in range(max(wanted, default=-1), first - 1, -1):
            names = self.names[k]
            if k in wanted or needs & (names.binds | names.changes):
                needs = (needs - names.binds) | names.needs | names.changes
                kept.append(k)
        return kept[::-1]

    def mutants_of(self, number: str, most: int) -> list[tuple[Mark, Mutant]]:
        """At most so many mutants of an equation, each with the comment above the statement it changes."""
        groups = []
        for mark in self.of("codes", number):
            nodes = ast.walk(ast.parse(self.cells[mark.cell]))
            statement = next(n for n in nodes if isinstance(n, ast.stmt) and n.lineno == mark.line)
            groups += [[(mark, mutant) for mutant in group] for group in mutants(statement)]
        return in_turn(groups, most)

    def execute(self, k: int, names: dict, judged: Callable[[int], Judged] | None = None) -> None:
        """Run one statement, changed or as it is."""
        cell, statement = self.statements[k]
        if judged:
            statement = ast.fix_missing_locations(judged(cell).visit(copy.deepcopy(statement)))
        exec(compile(ast.Module([statement], []), f"cell {cell}", "exec"), names)

    def judge(self, names: dict, number: str, mark: Mark, mutant: ast.stmt | None) -> None:
        """Run what the checks of an equation need from a mark on, with a mutant and no other assertion than theirs."""
        checks = self.of("checks", number)

        def judged(cell: int) -> Judged:
            own = {check.line for check in checks if check.cell == cell}
            return Judged(own, mark.line, mutant) if cell == mark.cell else Judged(own)

        for k in self.needed(checks, self.position(mark)):
            self.execute(k, names, judged)

    def run(self) -> Iterator[tuple[int, dict]]:
        """Run what the checks need; yields the position of each statement and the names before it is run."""
        names: dict = {"__name__": "__main__"}
        for k in self.needed([mark for mark in self.marks if mark.numbers]):
            yield k, names
            self.execute(k, names)

    def fates(self, most: int = MOST) -> Iterator[Fate]:
        """What becomes of the mutants, at most so many for an equation; the page is run on the way."""
        chosen = [(number, *pair) for number in self.numbers("codes") for pair in self.mutants_of(number, most)]
        for _ in self.run():
            pass  # once, so that what libraries load when they are first used is not loaded in every fork
        for k, names in self.run():
            sound = set()
            for number, mark, (text, mutant) in chosen:
                if self.position(mark) != k:
                    continue
                if number not in sound and forked(partial(self.judge, names, number, mark, None)) != SURVIVED:
                    raise RuntimeError(f"({number}): its checks must hold on the code as it is, run by themselves")
                sound.add(number)
                yield Fate(number, text, forked(partial(self.judge, names, number, mark, mutant)))


ENDS = (SURVIVED, BY_CHECK, BY_ERROR)


def forked(run: Callable[[], None]) -> str:
    """How a run ends, in a process of its own: the names, generators and figures of this one stay as they are."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        try:
            run()
            os._exit(0)
        except AssertionError:
            os._exit(1)
        except BaseException:  # whatever it is, this process has no other end
            os._exit(2)
    _, status = os.waitpid(child, 0)
    return TOO_LONG if os.WIFSIGNALED(status) else ENDS[os.WEXITSTATUS(status)]


def fates_of_chapter(chapter: Path, most: int = MOST) -> list[Fate]:
    """What becomes of the mutants of a chapter, computed in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            fates = [vars(fate) for fate in Page(code_cells(chapter)).fates(most)]
            with os.fdopen(writing, "w") as stream:
                json.dump(fates, stream)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    if not text:
        raise RuntimeError(f"{chapter.name} must run up to its last check; its error stands above")
    return [Fate(**fate) for fate in json.loads(text)]


def code_cells(chapter: Path) -> list[str]:
    """The code of a chapter's cells."""
    import execute

    return [cell.source for cell in execute.code_cells(execute.read_chapter(chapter))]


def main(arguments: list[str]) -> int:
    """Print the fates: as a list for people, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="+", metavar="CHAPTER.py", type=chapter, help="file of a chapter")
    parser.add_argument("--found", action="store_true", help="list the mutants that were found, too")
    parser.add_argument("--every", action="store_true", help="run all mutants")
    parser.add_argument("--json", action="store_true", help="print JSON instead")
    options = parser.parse_args(arguments)
    os.environ |= environment.VARIABLES | {"MPLBACKEND": "agg"}
    import torch  # noqa: F401  once for all pages

    most = sys.maxsize if options.every else MOST
    found = {path.stem: fates_of_chapter(path, most) for path in options.chapters}
    if options.json:
        print(json.dumps([vars(fate) for fates in found.values() for fate in fates]))
        return 0
    for name, fates in found.items():
        for number in dict.fromkeys(fate.number for fate in fates):
            own = [fate for fate in fates if fate.number == number]
            counts = ", ".join(
                f"{sum(f.end == end for f in own)} {end}" for end in (BY_CHECK, BY_ERROR, SURVIVED, TOO_LONG)
            )
            print(f"{name} ({number}): {len(own)} mutants, {counts}")
            for fate in own:
                if options.found or fate.end in (SURVIVED, TOO_LONG):
                    print(f"    {fate.end}: {fate.change}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
