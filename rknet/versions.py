"""Versions of what decides the bits of a result: the data, the untrained nets, and each engine.

A version is raised on purpose, when a change alters bits; records, cached results and checkpoints of earlier versions
are then computed again.  Golden runs in the tests compare the bits with those recorded for each version: they fail when
bits change without a new version, and when a version is raised without a change of bits.  How the code reads, and in
which file it stands, decides nothing.
"""

from __future__ import annotations

from rknet.checks import choose

VERSIONS = {
    "data": 1,
    "nets": 1,
    "compiled": 1,
    "layerwise": 1,
    "torch": 1,
}
"""``data``: point sets, images, and the three seeds of a repetition; ``nets``: initial weights and lifts; then each
engine by name: its steps, its statistics, the protocol's order of samples and stopping rule."""


def versions_of(engine: str) -> dict[str, int]:
    """The versions that decide a training by an engine.  ValueError if the name is unknown."""
    return {"data": VERSIONS["data"], "nets": VERSIONS["nets"], "engine": choose("engine", engine, VERSIONS)}
