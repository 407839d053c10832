"""Figures on the book's pages: their size, their dark variant, their number."""

import base64
import importlib.util
import io
from pathlib import Path
from types import SimpleNamespace

import execute
import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from rknet import plots


@pytest.fixture(scope="module")
def pictures():
    spec = importlib.util.spec_from_file_location("rknet_pictures", execute.BOOK / "_ext" / "rknet_pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def contrast(one, other) -> float:
    """WCAG's ratio of two colours of 0 to 255."""

    def luminance(rgb):
        part = np.asarray(rgb) / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def as_png(picture: Image.Image) -> str:
    written = io.BytesIO()
    picture.save(written, format="PNG")
    return base64.b64encode(written.getvalue()).decode()


def of_hex(colours) -> np.ndarray:
    return np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours], dtype=np.uint8)


def test_colours_come_back(pictures):
    """Oklab and its inverse; white and black have the published lightness 1 and 0."""
    colours = np.random.default_rng(0).uniform(size=(200, 3))
    np.testing.assert_allclose(pictures.srgb(pictures.oklab(colours)), colours, atol=1e-6)
    np.testing.assert_allclose(pictures.oklab(np.array([[1.0] * 3, [0.0] * 3]))[:, 0], [1, 0], atol=1e-4)


def test_paper_becomes_the_page_and_ink_becomes_light(pictures):
    paper, ink = pictures.darkened(of_hex(["#FFFFFF", plots.INK]))
    assert np.abs(paper.astype(int) - pictures.PAGE).max() <= 1
    assert contrast(ink, pictures.PAGE) > 4.5  # WCAG's limit for text


def test_classes_keep_their_colours(pictures):
    """Each is seen on the page (3:1, WCAG's limit for graphics), and its hue and chroma are nearest to its own."""
    colours = of_hex([colour for colour in plots.CLASS_COLOURS if colour != "#000000"])
    dark = pictures.darkened(colours)
    assert min(contrast(colour, pictures.PAGE) for colour in dark) > 3
    before, after = (pictures.oklab(some / 255)[:, 1:] for some in (colours, dark))
    distances = np.linalg.norm(after[:, None] - before[None], axis=-1)
    np.testing.assert_array_equal(distances.argmin(axis=1), np.arange(len(colours)))


def test_greys_keep_their_order_reversed(pictures):
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    assert (np.diff(pictures.oklab(pictures.darkened(greys) / 255)[:, 0]) <= 0.003).all()  # a step of eight bits


def test_faint_greys_are_seen_on_the_dark_page_as_well_as_on_white(pictures):
    """Those of grids and of lines behind others, whose contrast with white is 3:1 or less."""
    greys = [value for value in range(150, 256, 5) if contrast([value] * 3, [255] * 3) < 3]
    assert len(greys) > 15
    for value in greys:
        dark = pictures.darkened(np.full((1, 3), value, dtype=np.uint8))[0]
        assert contrast(dark, pictures.PAGE) > contrast([value] * 3, [255] * 3) - 0.02  # a step of eight bits


def test_figures_get_their_size_one_link_and_a_dark_variant(pictures, tmp_path: Path):
    Image.new("RGB", (200, 100)).save(tmp_path / "source.png")
    sources = {"x.png": tmp_path / "source.png"}
    bare = '<img alt="a" src="../_images/x.png" />'
    linked = f'<a class="reference internal image-reference" href="../_images/x.png">{bare}</a>'
    for html in (bare, linked):
        soup = BeautifulSoup(pictures.with_sizes(html, sources), "html.parser")
        light, dark = soup.find_all("img")
        for image in (light, dark):
            assert (image["width"], image["height"], image["alt"]) == ("100", "50", "a")
        assert (light["class"], light["src"]) == (["only-light"], "../_images/x.webp")
        assert (dark["class"], dark["src"]) == (["only-dark"], "../_images/x.dark.webp")
        assert [link["href"] for link in soup.find_all("a")] == ["../_images/x.png"]
    assert pictures.with_sizes(bare, {}) == bare
    scale = '<img alt="a" class="scale" src="../_images/x.png" />'
    light, dark = BeautifulSoup(pictures.with_sizes(scale, sources), "html.parser").find_all("img")
    assert (light["class"], light["src"]) == (["only-light", "scale"], "../_images/x.webp")
    assert (dark["class"], dark["src"]) == (["only-dark", "scale"], "../_images/x.scale.dark.webp")


def test_a_notebook_holds_its_figures_in_few_colours():
    """Fewer bytes, the same pixels where 256 colours suffice, no change the second time; transparent ones stay."""
    random = np.random.default_rng(0)
    shades = random.integers(0, 256, (200, 3), dtype=np.uint8)
    figure = np.full((150, 200, 4), 255, dtype=np.uint8)
    figure[..., :3] = shades[random.integers(0, 200, (150, 200))]
    given = as_png(Image.fromarray(figure))
    light = execute.pictures.lighter(given)
    assert len(light) < 0.5 * len(given) and execute.pictures.lighter(light) == light
    with Image.open(io.BytesIO(base64.b64decode(light))) as picture:
        assert picture.mode == "P"
        np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), figure[..., :3])
    figure[..., 3] = 128
    clear = as_png(Image.fromarray(figure))
    assert execute.pictures.lighter(clear) == clear


def test_variants_are_written_once(pictures, tmp_path: Path):
    (tmp_path / "_images").mkdir()
    Image.new("RGB", (20, 10), "white").save(tmp_path / "_images" / "x.png")
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html", imagedir="_images"))
    for _ in range(2):
        pictures.finish_pictures(app, None)
    names = sorted(path.name for path in (tmp_path / "_images").iterdir())
    assert names == ["x.dark.webp", "x.png", "x.webp"]
    with Image.open(tmp_path / "_images" / "x.dark.webp") as dark:
        seen = dark.convert("RGB").getpixel((0, 0))
    assert np.abs(np.subtract(seen, pictures.PAGE)).max() <= 1


def test_a_scale_keeps_its_colours_on_the_dark_page(pictures, tmp_path: Path):
    """Grey cells of a map and the light line between them stay; paper, words and ticks turn as in other figures."""
    (tmp_path / "_images").mkdir()
    figure = np.full((60, 80, 3), 255, dtype=np.uint8)
    figure[10:50, 10:60] = 124  # a map of two cells,
    figure[10:50, 30:60] = (253, 231, 37)
    figure[10:50, 29:31] = 237  # the line between them,
    figure[28:30, 60:70] = 40  # and a tick
    Image.fromarray(figure).save(tmp_path / "_images" / "x.png")
    (tmp_path / "page.html").write_text('<img class="only-dark scale" src="_images/x.scale.dark.webp">')
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html", imagedir="_images"))
    pictures.finish_pictures(app, None)
    with Image.open(tmp_path / "_images" / "x.scale.dark.webp") as dark:
        seen = np.asarray(dark.convert("RGB")).astype(int)
    np.testing.assert_array_equal(seen[10:50, 10:60], figure[10:50, 10:60])
    assert np.abs(seen[0, 0] - pictures.PAGE).max() <= 1
    assert seen[29, 68].min() > 150


def test_captions_number_once(pictures):
    """The paper's figures have the number in their captions; ours are counted without them."""
    numbers = {"b": {"figure": {"fig-x": (3,)}}, "a": {"figure": {"fig-3": (1,), "fig-y": (2,)}}, "c": {"table": {}}}
    env = SimpleNamespace(toc_fignumbers=numbers)
    assert pictures.number_figures(None, env) == []
    assert numbers == {"b": {"figure": {"fig-x": (2,)}}, "a": {"figure": {"fig-y": (1,)}}, "c": {"table": {}}}
    pictures.recall_numbers(None, env, [])  # what Sphinx compares with, so that it writes no page for nothing
    assert env.toc_fignumbers["a"]["figure"] == {"fig-3": (1,), "fig-y": (2,)}
