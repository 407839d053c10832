"""A field below an exercise in which a reader checks a number or a choice: the directive ``check``.

``self_check.js`` compares; without scripts and in print the field is not shown, and the solution stays where it is.
"""

from __future__ import annotations

from fractions import Fraction
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Check(SphinxDirective):
    """``:::{check} PROMPT`` with ``:answer:``, and ``:tolerance:`` for a number or ``:choices:`` separated by ``|``.

    A number may be a fraction; without a tolerance only the number itself is right.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "answer": directives.unchanged_required,
        "tolerance": directives.unchanged,
        "choices": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """The prompt, parsed, within a form."""
        answer = str(self.options.get("answer", ""))
        choices = [choice.strip() for choice in self.options.get("choices", "").split("|") if choice.strip()]
        if choices and answer not in choices:
            raise self.error(f"answer: must be one of the choices {choices}, got {answer!r}; write it as one of them")
        prompt, messages = self.state.inline_text(self.arguments[0], self.lineno)  # in Markdown, too
        field = self._choice(choices) if choices else '<input type="text" inputmode="decimal" size="10" required>'
        data = f'data-answer="{escape(answer if choices else self._number(answer))}"'
        if not choices:
            data += f' data-tolerance="{escape(self._number(self.options.get("tolerance", "0")))}"'
        before = f'<form class="self-check" {data}><label><span>'
        after = f'</span> {field}</label> <button type="submit">Check</button> <output></output></form>'
        parts = [nodes.raw("", before, format="html"), *prompt, nodes.raw("", after, format="html")]
        return [nodes.container("", *parts, classes=["self-check-box"]), *messages]

    def _number(self, text: str) -> str:
        try:
            return repr(float(Fraction(text)))
        except (ValueError, ZeroDivisionError):
            raise self.error(f"answer: must be a number or a fraction, got {text!r}; write for example 0.25") from None

    def _choice(self, choices: list[str]) -> str:
        options = "".join(f"<option>{escape(choice)}</option>" for choice in choices)
        return f'<select required><option value="">choose</option>{options}</select>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("check", Check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
