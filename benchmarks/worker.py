"""The process of one contender: reads requests, one JSON object per line, and answers each with one.

Started as ``python -m benchmarks.worker NAME CORE [AUTHORS]`` by `benchmarks.process.Worker`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, TextIO

import numpy as np

from benchmarks.cases import Case
from benchmarks.contender import Contender, Missing, load
from benchmarks.likeness import TOLERANCE, gradient_error
from benchmarks.memory import grown, mark


class Timer:
    """Answers requests about one contender; the name of a request is that of the method."""

    def __init__(self, name: str, authors: str | None) -> None:
        self.name, self.authors = name, authors
        self.contender: Contender

    def build(self, case: dict[str, Any]) -> dict[str, Any]:
        """Make the contender for a case."""
        self.contender = load(self.name, Case(**case), self.authors)
        return {}

    def check(self) -> dict[str, Any]:
        """Compare its gradient with the exact one."""
        error = gradient_error(self.contender)
        if not error <= TOLERANCE:
            return {"error": f"computes another gradient: it differs by {error:.1e}, more than {TOLERANCE:.0e}"}
        return {"gradient_error": error}

    def steps(self, count: int) -> dict[str, Any]:
        """Seconds that so many steps of training take together."""
        (train, _), batch = self.contender.case.points(), self.contender.case.batch
        order = np.arange(count * batch) % len(train)
        start = time.perf_counter()
        self.contender.epoch(train.X, train.c, order)
        return {"seconds": time.perf_counter() - start}

    def run(self, epochs: int) -> dict[str, Any]:
        """Seconds of a run with statistics, and the cost it ends with."""
        start = time.perf_counter()
        cost = self.contender.run(epochs)
        return {"seconds": time.perf_counter() - start, "cost": cost}

    def memory(self, case: dict[str, Any]) -> dict[str, Any]:
        """Largest growth of the process, in MiB, while it builds the contender for a case and takes a step."""
        vars(self).pop("contender", None)  # what it holds is not counted as there before
        before = mark()
        self.build(case)
        self.steps(1)
        return {"mib": grown(before)}


def pin(core: int) -> None:
    """Stay on one core, where the system can be told so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def private_output() -> TextIO:
    """The stream of answers; whatever the contender prints goes to standard error instead."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def main(name: str, core: str, authors: str | None = None) -> None:
    """Answer requests until there are no more."""
    pin(int(core))
    answers, timer = private_output(), Timer(name, authors)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(timer, request.pop("do"))(**request)
        except Missing as reason:
            answer = {"missing": str(reason)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
