"""Exact arithmetic with sums of square roots of whole numbers, the numbers that entries of a tableau are.

A number is kept by its coordinates: the square roots of different squarefree whole numbers are linearly independent
over the fractions, so equal numbers have equal coordinates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import sympy

LARGEST = 2**53
"""Largest whole number whose square root is taken, and largest that a number read from text is made of."""
MAX_TERMS = 4
"""Most terms, in a number and in all entries of a tableau: 1, two square roots and their product."""


class Refused(ValueError):
    """Why a number is refused: the rule that it breaks, and what to write instead."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(f"must be {rule}; {remedy}")
        self.rule, self.remedy = rule, remedy


NO_NUMBER = "finite real numbers", "write them as '1/3' or 'sqrt(3)/6'"
"""What is refused because it is nothing that can be computed with."""


@dataclass(frozen=True)
class Surd:
    """The number sum_n q_n sqrt(n), by its fractions q_n != 0 for squarefree n >= 1.

    Raises
    ------
    Refused
        If it has more than `MAX_TERMS` terms; by a division by zero; by a square root that is not real, or not of a
        fraction.
    """

    terms: dict[int, Fraction]

    def __post_init__(self) -> None:
        if len(self.terms) > MAX_TERMS:
            raise Refused("made of at most 2 square roots and their product", "use fewer roots")

    @classmethod
    def of(cls, fraction: Fraction | int) -> Surd:
        """A fraction as such a number."""
        return cls({1: Fraction(fraction)} if fraction else {})

    def __add__(self, other: Surd) -> Surd:
        terms = dict(self.terms)
        for n, q in other.terms.items():
            terms[n] = terms.get(n, Fraction(0)) + q
        return Surd({n: q for n, q in terms.items() if q})

    def __neg__(self) -> Surd:
        return Surd({n: -q for n, q in self.terms.items()})

    def __sub__(self, other: Surd) -> Surd:
        return self + -other

    def __mul__(self, other: Surd) -> Surd:
        terms: dict[int, Fraction] = {}
        for n, q in self.terms.items():
            for m, r in other.terms.items():
                common = math.gcd(n, m)
                product = n * m // common**2
                terms[product] = terms.get(product, Fraction(0)) + q * r * common
        return Surd({n: q for n, q in terms.items() if q})

    def __truediv__(self, other: Surd) -> Surd:
        return self * other.inverse()

    def inverse(self) -> Surd:
        """1 / x.  With x = u + v sqrt(p) for a prime p, 1 / x = (u - v sqrt(p)) / (u^2 - p v^2): one prime is gone."""
        if not self.terms:
            raise Refused(*NO_NUMBER)
        radicand = max(self.terms)
        if radicand == 1:
            return Surd.of(1 / self.terms[1])
        p = min(sympy.factorint(radicand))
        conjugate = Surd({n: q if n % p else -q for n, q in self.terms.items()})
        return conjugate * (self * conjugate).inverse()

    def root(self) -> Surd:
        """The square root of a fraction that is not negative."""
        if self.terms.keys() - {1}:
            raise Refused("without roots of roots", "take square roots of fractions only")
        fraction = self.terms.get(1, Fraction(0))
        if fraction < 0:
            raise Refused(*NO_NUMBER)
        radicand = fraction.numerator * fraction.denominator
        if radicand > LARGEST:
            raise Refused("without square roots of numbers above 2^53", "take roots of smaller numbers")
        outside, inside = 1, 1
        for p, exponent in sympy.factorint(radicand).items() if radicand else ():
            outside, inside = outside * p ** (exponent // 2), inside * p ** (exponent % 2)
        return Surd({inside: Fraction(outside, fraction.denominator)} if radicand else {})

    def sympy(self) -> sympy.Expr:
        """The number as a SymPy number."""
        terms = (sympy.Rational(q.numerator, q.denominator) * sympy.sqrt(n) for n, q in sorted(self.terms.items()))
        return sympy.Add(*terms)
