"""What all laboratories share: controls above one picture that is drawn again whenever a control changes.

The same laboratory runs on a page without a kernel: `src/laboratories` of the playground makes its form of the same
controls and computes the same numbers.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import ipywidgets
from IPython.display import Image
from matplotlib.figure import Figure

from rknet.laboratories.specification import Control
from rknet.tableaus import TABLEAUS, Tableau


def as_text(tableau: Tableau) -> dict[str, Any]:
    """A tableau for a page: its name, rows of A and weights as exact texts, and whether it is explicit."""
    rows = [[str(a) for a in row] for row in tableau.A]
    return {"title": tableau.name, "A": rows, "beta": list(map(str, tableau.beta)), "explicit": tableau.explicit}


def shipped(*, implicit: bool) -> dict[str, dict[str, Any]]:
    """The library's explicit schemes by name, or all of them, as `as_text` writes them."""
    return {name: as_text(tableau) for name, tableau in TABLEAUS.items() if implicit or tableau.explicit}


class Laboratory(ipywidgets.VBox):
    """Controls and the picture they decide.  A subclass states its controls and draws the figure for their values.

    The picture is an image and not captured output, so a stored notebook stays the same from run to run.  Where no
    kernel runs, a page makes the laboratory from the element of `to_html`; without scripts one sentence stands there.
    """

    title: ClassVar[str] = ""
    kind: ClassVar[str] = ""
    """The module of the page that shows it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._stated = {control.name: control for control in self.stated()}
        self.controls = {name: control.widget(values[name]) for name, control in self._stated.items()}
        self.picture = ipywidgets.Image(format="png")
        for control in self.controls.values():
            control.observe(self._redraw, names="value")
        self._figure = ""
        super().__init__([*self.controls.values(), self.picture])
        self._redraw()

    def in_place_of(self, figure: str) -> Self:
        """Have a page show the laboratory in place of the picture in the figure of that id, a still of it."""
        self._figure = figure
        return self

    @classmethod
    def stated(cls) -> tuple[Control, ...]:
        """The controls, in order."""
        raise NotImplementedError

    @classmethod
    def given(cls) -> dict[str, Any]:
        """What the page needs besides the controls, as JSON can hold it."""
        return {}

    @classmethod
    def numbers(cls, **values: Any) -> dict[str, Any]:
        """What the laboratory shows, in numbers, for the controls' values; the page computes the same."""
        raise NotImplementedError

    @property
    def values(self) -> dict[str, Any]:
        """The controls' values by name."""
        return {name: control.value for name, control in self.controls.items()}

    def draw(self, **values: Any) -> Figure:
        """The figure for the controls' values, made without pyplot so that nothing else shows or keeps it."""
        raise NotImplementedError

    def still(self) -> Image:
        """The present picture, as an output that needs no kernel."""
        return Image(self.picture.value)

    def specification(self) -> dict[str, Any]:
        """All that a page makes the laboratory of."""
        controls = [control.state(self.values[name]) for name, control in self._stated.items()]
        parts = {"kind": self.kind, "title": self.title, "figure": self._figure}
        return {**parts, "controls": controls, "given": self.given()}

    def to_html(self) -> str:
        """An element that the page's script brings to life, with the sentence that stands there without it."""
        names = ", ".join(self.controls)
        pictured = "; the figure above is a still of it" if self._figure else ""
        sentence = f"{self.title}. Run this chapter to change {names}{pictured}."
        state = html.escape(json.dumps(self.specification(), ensure_ascii=False))
        still = f'<p class="laboratory">{html.escape(sentence)}</p>'
        return f'<div class="rknet-laboratory" data-state="{state}">{still}</div>'

    def _redraw(self, change: object = None) -> None:
        figure = self.draw(**self.values)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=200)
        self.picture.layout.max_width = f"{100 * figure.get_figwidth():.0f}px"
        self.picture.value = file.getvalue()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.values.items())})"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/html"] = self.to_html()
        return bundle
