"""How many frames per second a page shows while several playgrounds train on it, and how often their views are painted.

    python -m benchmarks.frames --playgrounds 2 --throttling 4

Chromium can slow the page's own thread down, as on a weak phone; the workers that train keep their speed.  Frames count
what a reader feels when scrolling or moving a slider; a view may be painted in only some of them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "book" / "_ext"), str(ROOT / "tests")]

import rknet_playground
from browsing import chromium_program, launch

from rknet import files

COUNT = """() => {
  window.counted = { frames: [], views: 0 };
  const count = (now) => { counted.frames.push(now); requestAnimationFrame(count); };
  requestAnimationFrame(count);
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    counted.views += this.canvas.ariaLabel?.startsWith("Features") ? 1 : 0;
    return clear.apply(this, box);
  };
  for (const button of document.querySelectorAll(".rkp-play")) button.click();
}"""


def page(playgrounds: int) -> str:
    """A page with so many playgrounds and nothing else."""
    places = '<div class="rknet-playground" data-state="{}"></div>' * playgrounds
    return f'<!DOCTYPE html><meta charset="utf-8"><script>{rknet_playground.script()}</script>{places}'


def measured(opened: Page, playgrounds: int, throttling: float, seconds: float) -> dict[str, float]:
    """Frames per second, milliseconds between two at most, and paintings per second of each view of features."""
    opened.wait_for_function(f"document.querySelectorAll('.rkp[data-state]').length === {playgrounds}")
    opened.context.new_cdp_session(opened).send("Emulation.setCPUThrottlingRate", {"rate": throttling})
    opened.evaluate(COUNT)
    opened.wait_for_timeout(1000 * seconds)
    counted: dict[str, Any] = opened.evaluate("counted")
    frames = counted["frames"]
    lasting = (frames[-1] - frames[0]) / 1000
    longest = max(after - before for before, after in zip(frames, frames[1:], strict=False))
    views = counted["views"] / playgrounds / lasting
    return {"frames": (len(frames) - 1) / lasting, "longest_ms": longest, "features": views}


def main() -> None:
    """Measure and print, once for each repetition."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m benchmarks.frames", description=__doc__, formatter_class=formatter)
    parser.add_argument("--playgrounds", type=int, default=2, help="on the page (default: %(default)s)")
    parser.add_argument(
        "--throttling", type=float, default=4, help="how many times slower the page's thread is (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=6, help="that are counted (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="of it all (default: %(default)s)")
    options = parser.parse_args()
    program = chromium_program()
    if program is None:
        sys.exit("needed: Chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        files.write(file, page(options.playgrounds).encode())
        for _ in range(options.repeats):
            with closing(launch(playwright, program)) as browser:
                opened = browser.new_page(viewport={"width": 1280, "height": 800})
                opened.goto(file.as_uri())
                found = measured(opened, options.playgrounds, options.throttling, options.seconds)
            print(", ".join(f"{name} {value:.1f}" for name, value in found.items()))


if __name__ == "__main__":
    main()
