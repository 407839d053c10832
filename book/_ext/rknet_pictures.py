"""Figures on the book's pages: their size, few colours, a variant for the dark mode, and one number a caption.

A figure is drawn once, on white. Its dark variant has the same pixels with other colours: what is grey changes its
lightness, so that ink becomes light and paper becomes the page's dark, and what is coloured keeps its colour. A figure
whose colours are a scale, greys among them, has the image class ``scale``: its coloured areas stay as they are.
"""

from __future__ import annotations

import copy
import hashlib
import re
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from pictures import few_coloured
from PIL import Image, ImageFilter
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from rknet import files

FIGURE = re.compile(
    r"""
    (?P<link><a\ [^>]*image-reference[^>]*>)?
    <img\ (?P<rest>[^>]*src="(?P<address>[^"]*_images/(?P<name>[^"/]+\.png))"[^>]*)>""",
    re.VERBOSE,
)
PAPERS_FIGURE = re.compile(r"fig-\d+[a-z]?")
PAGE = 0x12, 0x12, 0x12
"""The page's background in the dark mode of the theme; a test in a browser compares."""
SCALE = "scale"
SCALED = re.compile(r'_images/([^"/]+)\.scale\.dark\.webp')
SOLID = 9
"""Pixels: an area of a scale holds a square of this side without paper, which words and lines do not."""

# Björn Ottosson's Oklab (https://bottosson.github.io/posts/oklab/): linear sRGB to cones, their cube roots to lightness
# and two axes of colour.
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
AXES = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
GREY, COLOURED = 0.06, 0.115
"""Chroma up to which a colour counts as grey, and from which it counts as coloured; in between, a mixture."""
FAINT = 0.8
"""Power of a grey's distance from white; with 1, faint lines are fainter on the dark page than on white."""


def oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lightness and two axes (n, 3) of colours (n, 3) between 0 and 1."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: NDArray[np.float64] = np.cbrt(linear @ CONES.T) @ AXES.T
    return lab


def srgb(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `oklab`, clipped to what a screen can show."""
    linear = (lab @ np.linalg.inv(AXES).T) ** 3 @ np.linalg.inv(CONES).T
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def darkened(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours (n, 3) of a figure on white as its dark variant shows them; white becomes the page's dark."""
    paper = oklab(np.array([PAGE]) / 255)[0, 0]
    light, *axes = oklab(rgb / 255).T
    chroma = np.hypot(*axes)
    share = np.clip((chroma - GREY) / (COLOURED - GREY), 0, 1)
    turned = paper + np.clip(1 - light, 0, 1) ** FAINT * (0.95 - paper)
    kept = light + 0.15 * (1 - light)  # a little more light, so that blue stands out from the page
    lightness = (1 - share) * turned + share * kept
    return np.rint(255 * srgb(np.column_stack([lightness, *axes]))).astype(np.uint8)


def light_name(name: str) -> str:
    """Where the picture is that a page shows."""
    return name.removesuffix(".png") + ".webp"


def dark_name(name: str, scale: bool = False) -> str:
    """Where the dark variant of a picture is."""
    return name.removesuffix(".png") + (f".{SCALE}.dark.webp" if scale else ".dark.webp")


def solid(picture: Image.Image) -> Image.Image:
    """A mask of the areas of a picture that are not paper, without what is thinner than `SOLID`."""
    drawn = picture.convert("L").point([255] * 250 + [0] * 6)
    return drawn.filter(ImageFilter.MinFilter(SOLID)).filter(ImageFilter.MaxFilter(SOLID))


def write_webp(picture: Image.Image, path: Path) -> None:
    """Write a picture as WebP without loss, a quarter smaller than PNG."""
    files.write(path, partial(picture.save, format="WEBP", lossless=True, quality=80, method=4))


def finish_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Keep few colours of each figure, and write what pages show: the figure and its dark variant, as WebP."""
    if exception or app.builder.format != "html":
        return
    pictures = (Path(app.outdir) / app.builder.imagedir).glob("*.png")
    scaled = {name for page in Path(app.outdir).rglob("*.html") for name in SCALED.findall(page.read_text("utf8"))}
    with ThreadPool(joblib.cpu_count()) as pool:  # encoding a picture leaves the interpreter to other threads
        pool.map(lambda path: finish_picture(path, path.stem in scaled), sorted(pictures))


def finish_picture(path: Path, scale: bool = False) -> None:
    """Keep few colours of one figure and write its two variants, unless they are newer than the figure."""
    light, dark = path.with_name(light_name(path.name)), path.with_name(dark_name(path.name, scale))
    if dark.is_file() and light.is_file() and light.stat().st_mtime >= path.stat().st_mtime:
        return
    with Image.open(path) as picture:
        few = few_coloured(picture)
        if few is None:  # partly transparent: seen on any colour
            write_webp(picture, dark)
            write_webp(picture, light)
            return
    files.write(path, partial(few.save, format="PNG", optimize=True))
    shown = few.convert("RGB")
    palette = np.array(few.getpalette(), dtype=np.uint8).reshape(-1, 3)
    few.putpalette(darkened(palette).ravel().tolist())
    turned = few.convert("RGB")
    if scale:
        turned.paste(shown, mask=solid(shown))
    write_webp(turned, dark)
    write_webp(shown, light)  # last, since the next build looks for it


def with_class(attributes: str, name: str) -> str:
    """The attributes of an element with one more class."""
    if 'class="' in attributes:
        return attributes.replace('class="', f'class="{name} ', 1)
    return f'class="{name}" {attributes}'


def with_sizes(html: str, pictures: dict[str, Path]) -> str:
    """Give figures, drawn at twice their size, that size, a link to the whole picture, and a variant for the dark mode.

    So nothing jumps when they arrive, and style sheets know a wide figure from a narrow one.
    """

    def sized(match: re.Match[str]) -> str:
        if match["name"] not in pictures:
            return match[0]
        with Image.open(pictures[match["name"]]) as picture:
            width, height = (side // 2 for side in picture.size)
        size = f'width="{width}" height="{height}"'
        rest = match["rest"].replace(match["name"], light_name(match["name"]))
        scale = re.search(rf'class="(?:[^"]*\s)?{SCALE}[\s"]', rest) is not None
        dark = with_class(rest.replace(light_name(match["name"]), dark_name(match["name"], scale)), "only-dark")
        light = with_class(rest, "only-light")
        image = f'<img {size} loading="lazy" {light}><img {size} loading="lazy" {dark}>'
        return (match["link"] or f'<a class="reference internal image-reference" href="{match["address"]}">') + (
            image if match["link"] else f"{image}</a>"
        )

    return FIGURE.sub(sized, html)


def size_pictures(app: Sphinx) -> None:
    """Size the figures of every page as its template leaves it; no event of Sphinx comes so late."""
    templates = getattr(app.builder, "templates", None)
    if not templates:
        return
    render = templates.render

    def render_and_size(template: str, context: dict[str, Any]) -> str:
        pictures = {name: Path(app.srcdir) / source for source, name in app.builder.images.items()}
        return with_sizes(render(template, context), pictures)

    templates.render = render_and_size


def recall_numbers(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Give Sphinx its own numbers of the last build: it writes again the pages whose numbers differ."""
    env.toc_fignumbers = getattr(env, "rknet_fignumbers", env.toc_fignumbers)


def number_figures(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Leave the paper's figures the numbers that their captions state, and count our own one after the other."""
    env.rknet_fignumbers = copy.deepcopy(env.toc_fignumbers)  # type: ignore[attr-defined]  # ours, kept with the pages
    counted = {page: numbers["figure"] for page, numbers in env.toc_fignumbers.items() if "figure" in numbers}
    order = sorted((number, page, name) for page, figures in counted.items() for name, number in figures.items())
    ours = [(page, name) for _, page, name in order if not PAPERS_FIGURE.fullmatch(name)]
    for figures in counted.values():
        figures.clear()
    for number, (page, name) in enumerate(ours, start=1):
        counted[page][name] = (number,)
    return []


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx, which reads every page again when this file changes."""
    app.connect("builder-inited", size_pictures)
    app.connect("env-before-read-docs", recall_numbers)
    app.connect("env-get-updated", number_figures, priority=900)  # after Sphinx has counted
    app.connect("build-finished", finish_pictures)
    version = int(hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8], 16)
    return {"version": "1", "env_version": version, "parallel_read_safe": True, "parallel_write_safe": True}
