"""The controls of a laboratory, stated once: a notebook makes widgets of them, and a page without a kernel its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import ipywidgets
import traitlets

from rknet.checks import shown

WHOLE_LABEL = {"description_width": "initial"}
"""The style of a widget whose label is not cut off."""


@dataclass(frozen=True)
class Control:
    """One thing that a reader may change.

    Attributes
    ----------
    name
        The argument that it sets.
    label
        What stands beside it.
    only_with
        Another control's name and the values with which this one matters; a page hides it otherwise.
    """

    name: str
    label: str
    only_with: tuple[str, tuple[str, ...]] | None = None

    @property
    def offered(self) -> tuple[str, ...]:
        """What can be chosen, if it is a list."""
        return ()

    def made(self, value: Any) -> ipywidgets.ValueWidget:
        """The widget."""
        raise NotImplementedError

    def widget(self, value: Any) -> ipywidgets.ValueWidget:
        """The widget, set to a value.  ValueError if it cannot show this value."""
        try:
            if value is None:  # with which a list of choices shows none of them
                raise TypeError
            return self.made(value)
        except (traitlets.TraitError, OverflowError, TypeError, ValueError, RuntimeError):  # the last from tensors
            remedy = (
                f"choose from {', '.join(self.offered)}"
                if self.offered
                else "leave it out, and set it in the laboratory"
            )
            raise ValueError(f"{self.name}: must be what the control can show, got {shown(value)}; {remedy}") from None

    def state(self, value: Any) -> dict[str, Any]:
        """What a page makes its control of, set to a value."""
        return {**asdict(self), "kind": type(self).__name__, "value": value}


@dataclass(frozen=True)
class Choice(Control):
    """A list to choose from: what is shown, by value."""

    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, name: str, label: str, options: Mapping[str, str]) -> Choice:
        """The list of these texts by value."""
        return cls(name, label, None, tuple(options.items()))

    @property
    def offered(self) -> tuple[str, ...]:
        """The values."""
        return tuple(value for value, _ in self.options)

    def made(self, value: Any) -> ipywidgets.ValueWidget:
        """A drop-down list."""
        texts = [(text, value) for value, text in self.options]
        return ipywidgets.Dropdown(options=texts, value=value, description=self.label, style=WHOLE_LABEL)


@dataclass(frozen=True)
class Values(Control):
    """A slider over some numbers."""

    values: tuple[float, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The numbers."""
        return tuple(map(str, self.values))

    def made(self, value: Any) -> ipywidgets.ValueWidget:
        """A slider."""
        return ipywidgets.SelectionSlider(
            options=self.values, value=value, description=self.label, style=WHOLE_LABEL, continuous_update=False
        )


@dataclass(frozen=True)
class Slider(Control):
    """A slider from `least` to `most`; whole numbers if its step is one."""

    least: float = 0
    most: float = 1
    step: float = 1

    def made(self, value: Any) -> ipywidgets.ValueWidget:
        """A slider."""
        kind = ipywidgets.IntSlider if isinstance(self.step, int) else ipywidgets.FloatSlider
        return kind(
            value=value,
            min=self.least,
            max=self.most,
            step=self.step,
            description=self.label,
            style=WHOLE_LABEL,
            continuous_update=False,
        )


@dataclass(frozen=True)
class Written(Control):
    """A text of one line or several."""

    lines: int = 1

    def made(self, value: Any) -> ipywidgets.ValueWidget:
        """A field."""
        options: dict[str, Any] = {"description": self.label, "style": WHOLE_LABEL, "continuous_update": False}
        options["layout"] = ipywidgets.Layout(width="30em")
        if self.lines > 1:
            return ipywidgets.Textarea(value=value, rows=self.lines, placeholder="one row per line", **options)
        return ipywidgets.Text(value=value, **options)
