"""Pictures of every page, in both colour modes, on a wide and on a small screen, for a person to look at.

From the top level, after ``make book``: ``make screenshots``, or ``.venv/bin/python tests/browser/screenshots.py
[PART OF A NAME ...]`` for some of the pages.
"""

import argparse
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browsing import MODES, NARROW, WIDE, chromium_program, html_pages, launch, settle
from playwright.sync_api import sync_playwright

BUILT = ROOT / "book" / "_build" / "html"
PICTURES = ROOT / "book" / "_build" / "screenshots"
HIGHEST = 16000  # pixels; Chromium draws no picture beyond 16384
DRAWN = "[...document.querySelectorAll('.rknet-playground')].every((e) => e.querySelector('.rkp-number')?.textContent)"


def main(parts: list[str]) -> None:
    """Take the pictures of the pages whose names contain one of the parts; of all without any."""
    program = chromium_program()
    if not program or not (BUILT / "index.html").is_file():
        sys.exit("needed: Chromium, and the book built by `make book`")
    pages = [path for path in html_pages(BUILT) if not parts or any(part in path.name for part in parts)]
    with sync_playwright() as playwright, closing(launch(playwright, program)) as browser:
        for mode in MODES:
            for width in (WIDE, NARROW):
                context = browser.new_context(color_scheme=mode, viewport={"width": width, "height": 900})
                for path in pages:
                    page = context.new_page()
                    page.goto(path.as_uri())
                    settle(page)
                    page.wait_for_function(DRAWN)
                    name = "-".join(path.relative_to(BUILT).with_suffix("").parts)
                    height = page.evaluate("document.documentElement.scrollHeight")
                    for part, top in enumerate(range(0, height, HIGHEST), start=1):
                        clip = {"x": 0, "y": top, "width": width, "height": min(HIGHEST, height - top)}
                        target = PICTURES / f"{mode}-{width}" / f"{name}-{part}.png"
                        page.screenshot(path=target, full_page=True, clip=clip)
                    page.close()
                context.close()
    print(f"The pictures: {PICTURES}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="of the name of a page (default: all pages)")
    main(parser.parse_args().parts)
