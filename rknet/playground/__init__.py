"""The playground, which trains nets in the page itself, and what repeats its runs in Python.

`Playground` is the widget; `random` specifies what the page draws, and `replay` trains an exported run again.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rknet.playground.widget import Playground

__all__ = ["Playground"]


def __getattr__(name: str) -> Any:
    """The widget, once it is asked for: `rknet verify` replays runs where anywidget is not installed."""
    if name != "Playground":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rknet.playground.widget import Playground

    return Playground
