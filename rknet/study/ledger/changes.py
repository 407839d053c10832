"""What was changed after numbers were seen: rules, data and seeds, with the verdict before, from `changes.yml`.

`digests.json` keeps a digest of each rule as it was first registered; a rule that differs must stand in the log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml

from rknet.decoding import convert
from rknet.study.ledger.claims import CLAIMS

CHANGES = Path(__file__).resolve().with_name("changes.yml")
DIGESTS = Path(__file__).resolve().with_name("digests.json")

ADDED, RETIRED = "none", "retired"
"""What stands for the verdict before of a claim that is new, and for the verdict after of one that went."""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change: what, why, and the verdicts before it by claim.

    `rules` says whether the rules of these claims differ from those first registered; else data or seeds do.
    """

    what: str
    why: str
    before: dict[str, str]
    rules: bool = True
    retired: list[str] = []


def read() -> list[Change]:
    """All changes, the first one first.  ValueError if the file does not follow `Change`."""
    return convert(yaml.safe_load(CHANGES.read_bytes()), list[Change])


def digests(path: Path = CLAIMS) -> dict[str, str]:
    """Digits of the SHA-256 of each sentence by id, for a file of claims.

    They cover the level of confidence, what the sentence says, and what decides it: its rule, parts and seeds.
    """
    whole = yaml.safe_load(path.read_bytes())
    keys = ("says", "rule", "parts", "seeds")
    texts = {e["id"]: json.dumps([whole["level"], *map(e.get, keys)]) for e in whole["claims"]}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, text in texts.items()}


def registered() -> Mapping[str, str]:
    """The digest of each sentence as it was first registered, by id."""
    return convert(json.loads(DIGESTS.read_bytes()), dict[str, str])
