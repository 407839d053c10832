"""Exact numbers from outside: text, whole numbers, fractions and SymPy numbers, as SymPy numbers in canonical form.

Text is read by this grammar and never evaluated::

    sum     =  product, then any number of  "+" product  or  "-" product
    product =  signed, then any number of  "*" signed  or  "/" signed
    signed  =  any number of  "+"  and  "-", then an atom
    atom    =  digits with at most one point  |  "(" sum ")"  |  "sqrt" "(" sum ")"
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction
from numbers import Rational
from typing import Any

import numpy as np
import sympy

from rknet.checks import shown
from rknet.surds import LARGEST, MAX_TERMS, NO_NUMBER, Refused, Surd

MAX_LENGTH = 200
"""Most characters of a text; the playground's page has the same limit."""
MAX_DEPTH = 20
"""Most parentheses within one another, and most levels of a SymPy number."""
MAX_POWER = 8
"""Largest power in a SymPy number."""
MAX_BITS = 2048
"""Most bits of the numerators of a tableau over their common denominator, times its terms: see `check_size`."""

TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)|(?P<sign>sqrt|[-+*/()]))")


def exact(field: str, value: Any) -> sympy.Expr:
    """The number that a text such as ``"1/4 - sqrt(3)/6"``, a whole number, a fraction or a SymPy number stands for.

    Raises
    ------
    ValueError
        If the value is no finite real number built from fractions and their square roots, or is too long or too large;
        the message begins with the field's name.
    """
    try:
        return _surd(value).sympy()
    except Refused as refused:
        compound = isinstance(value, sympy.Basic) and value.args  # which SymPy may take for ever to print
        got = f"the SymPy expression {type(value).__name__}(...)" if compound else shown(value)
        raise ValueError(f"{field}: entries must be {refused.rule}, got {got}; {refused.remedy}") from None


def simplified(number: sympy.Expr) -> sympy.Expr:
    """Canonical form of a number made from exact ones by +, -, * and /, so that equal numbers compare equal."""
    return _of_sympy(number).sympy()


def check_size(field: str, numbers: Iterable[sympy.Expr]) -> None:
    """Refuse exact numbers that sums of their products would take long to compute.

    Raises
    ------
    ValueError
        If the square roots in them have more than `MAX_TERMS` products, or their numerators over the common
        denominator, times the number of these products, have more than `MAX_BITS` bits.
    """
    terms = [term for number in numbers for term in _of_sympy(number).terms.items()]
    products = {1}
    for n, _ in terms:
        if n not in products:
            products |= {n * m // math.gcd(n, m) ** 2 for m in products}
        if len(products) > MAX_TERMS:
            raise ValueError(f"{field}: entries must have at most 2 square roots in all, got more; use fewer roots")
    denominator = math.lcm(*(q.denominator for _, q in terms))
    numerators = (abs(q.numerator) * (denominator // q.denominator) for _, q in terms)
    size = len(products) * max(denominator, *numerators, 1).bit_length()
    if size > MAX_BITS:
        raise ValueError(
            f"{field}: entries must have numerators of at most {MAX_BITS // len(products)} bits over their common "
            f"denominator, got {size // len(products)}; use fewer digits or equal denominators"
        )


def _surd(value: Any) -> Surd:
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, Rational) and not isinstance(value, bool):
        return Surd.of(Fraction(int(value.numerator), int(value.denominator)))
    if isinstance(value, (float, np.floating)) or (isinstance(value, sympy.Basic) and value.has(sympy.Float)):
        raise Refused("exact", "write floats as text, '1/3'")
    return _of_sympy(value)


def _of_text(text: str) -> Surd:
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise Refused(f"at most {MAX_LENGTH} characters long", "write shorter numbers")
    reader = _Reader(text)
    number = reader.sum(0)
    if reader.token:
        raise Refused(*NO_NUMBER)
    if any(max(n, abs(q.numerator), q.denominator) > LARGEST for n, q in number.terms.items()):
        raise Refused("made of whole numbers up to 2^53", "write at most 15 digits")
    return number


class _Reader:
    """Reads a text from left to right; `token` comes next, and is empty at the end."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.token = text, 0, ""
        self.advance()

    def advance(self) -> None:
        self.token = ""
        if self.place < len(self.text):
            match = TOKEN.match(self.text, self.place)
            if not match:
                raise Refused(*NO_NUMBER)
            self.token, self.place = match["number"] or match["sign"], match.end()

    def take(self, *tokens: str) -> str:
        """The next token if it is one of these, else nothing."""
        token = self.token
        if token not in tokens:
            return ""
        self.advance()
        return token

    def sum(self, depth: int) -> Surd:
        number = self.product(depth)
        while sign := self.take("+", "-"):
            term = self.product(depth)
            number = number + term if sign == "+" else number - term
        return number

    def product(self, depth: int) -> Surd:
        number = self.signed(depth)
        while sign := self.take("*", "/"):
            factor = self.signed(depth)
            number = number * factor if sign == "*" else number / factor
        return number

    def signed(self, depth: int) -> Surd:
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        number = self.atom(depth)
        return -number if negative else number

    def atom(self, depth: int) -> Surd:
        if self.token[:1] in {*"0123456789."}:
            number = Surd.of(Fraction(self.token))
            self.advance()
            return number
        root = self.take("sqrt")
        if not self.take("("):
            raise Refused(*NO_NUMBER)
        if depth == MAX_DEPTH:
            raise Refused(f"at most {MAX_DEPTH} parentheses deep", "use fewer parentheses")
        number = self.sum(depth + 1)
        if not self.take(")"):
            raise Refused(*NO_NUMBER)
        return number.root() if root else number


def _of_sympy(value: Any, depth: int = 0) -> Surd:
    if depth > MAX_DEPTH:
        raise Refused(f"at most {MAX_DEPTH} levels deep", "simplify them")
    if isinstance(value, sympy.Rational):
        return Surd.of(Fraction(int(value.p), int(value.q)))
    if not isinstance(value, (sympy.Add, sympy.Mul, sympy.Pow)):
        raise Refused(*NO_NUMBER)
    if isinstance(value, sympy.Pow):
        return _power(_of_sympy(value.base, depth + 1), value.exp)
    number, *others = (_of_sympy(part, depth + 1) for part in value.args)
    for other in others:
        number = number + other if isinstance(value, sympy.Add) else number * other
    return number


def _power(base: Surd, exponent: sympy.Expr) -> Surd:
    if not (isinstance(exponent, sympy.Rational) and exponent.q in (1, 2) and abs(exponent.p) <= MAX_POWER):
        raise Refused(*NO_NUMBER)
    base = base.root() if exponent.q == 2 else base
    number = Surd.of(1)
    for _ in range(abs(exponent.p)):
        number = number * base
    return number if exponent.p > 0 else number.inverse()
