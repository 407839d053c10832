"""JSON from outside as values of declared types: a file of another shape is told from its first difference."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Kind = TypeVar("Kind")

LONGEST = 150
"""Most letters of what is said about a difference, which may repeat what was found."""


def decode(text: bytes | str, kind: type[Kind]) -> Kind:
    """The value of a type that a JSON text holds.

    Nothing is converted: 1.0 is no whole number and "1" no number at all.

    Raises
    ------
    ValueError
        In a few words, if the text is no JSON or holds something of another shape.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise ValueError(_said(error)) from None
    except (ValueError, RecursionError):
        raise ValueError("torn, or no JSON") from None


def convert(value: Any, kind: type[Kind]) -> Kind:
    """The value of a type that plain dicts, lists, texts and numbers spell out; ValueError as for `decode`."""
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(_said(error)) from None


def _said(error: Exception) -> str:
    """The place of the difference, what is expected there and what was found."""
    words, _, place = str(error).replace("`", "").partition(" - at $")
    text = f"{place.lstrip('.') or 'the whole'}: {words[:1].lower()}{words[1:]}"
    return "".join(letter if letter.isprintable() else "?" for letter in text[:LONGEST])
