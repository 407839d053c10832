"""List every address outside the built book, the pages that link to it, and whether it answers.

From the top level, after ``make book``: ``make links``. Links inside the book are those of
``tests/book/test_html.py``.
"""

from __future__ import annotations

import argparse
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

BUILT = Path(__file__).resolve().parent / "_build" / "html"
SECONDS = 20


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http:", "https:")):
            self.found.add(address.split("#")[0])


def external_links(built: Path) -> dict[str, list[str]]:
    """The pages of the built book by the address outside it that they link to."""
    pages: dict[str, list[str]] = {}
    for path in sorted(built.rglob("*.html")):
        if "_static" not in path.parts:
            links = _Links()
            links.feed(path.read_text("utf8"))
            for address in links.found:
                pages.setdefault(address, []).append(path.relative_to(built).as_posix())
    return dict(sorted(pages.items()))


def answer(address: str) -> str:
    """The status with which an address answers, or why it does not."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=SECONDS) as response:
            return str(response.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return f"no answer: {error}"


def main() -> None:
    """Print one address per line, with its answer and its pages."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    if not (BUILT / "index.html").is_file():
        sys.exit("the book is not built; run `make book`")
    links = external_links(BUILT)
    with ThreadPoolExecutor(8) as pool:
        for (address, pages), status in zip(links.items(), pool.map(answer, links), strict=True):
            print(f"{address}  [{status}]  {', '.join(pages)}")


if __name__ == "__main__":
    main()
