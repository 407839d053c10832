"""What all laboratories share: controls above one picture that is drawn again whenever a control changes."""

from __future__ import annotations

import html
import io
from typing import Any

import ipywidgets
import traitlets
from IPython.display import Image
from matplotlib.figure import Figure

from rknet.checks import shown


def control(kind: type[ipywidgets.ValueWidget], *, value: Any, description: str, **options: Any) -> Any:
    """A control of a kind, which says in a line what it cannot be set to."""
    try:
        if value is None:  # with which a list of choices shows none of them
            raise TypeError
        return kind(value=value, description=description, **options)
    except (traitlets.TraitError, OverflowError, TypeError, ValueError):
        names = ", ".join(str(one[1] if isinstance(one, tuple) else one) for one in options.get("options", ()))
        remedy = f"choose from {names}" if names else "leave it out, and set it in the laboratory"
        raise ValueError(
            f"{description.partition(' ')[0]}: must be what the control can show, got {shown(value)}; {remedy}"
        ) from None


class Laboratory(ipywidgets.VBox):
    """Controls and the picture they decide.  A subclass names its controls and draws the figure for their values.

    The picture is an image and not captured output, so a stored notebook stays the same from run to run; where no
    kernel runs, one sentence stands in the widget's place.
    """

    title = ""

    def __init__(self, **controls: ipywidgets.ValueWidget) -> None:
        self.controls = controls
        self.picture = ipywidgets.Image(format="png")
        for control in controls.values():
            control.observe(self._redraw, names="value")
        super().__init__([*controls.values(), self.picture])
        self._redraw()

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
        names = ", ".join(self.controls)
        sentence = f"{self.title}. Run this chapter to change {names}; the figure above is a still of it."
        bundle["text/html"] = f'<p class="laboratory">{html.escape(sentence)}</p>'
        return bundle
