"""The playground's modules: short, each with its one idea on top, well typed, and bundled as they are."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import bundle

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 80
MANY = 400_000
"""Numbers that overflow the stack when they are a function's arguments."""
LENGTHS = Path(__file__).with_name("function_lengths.mjs")
FILES = [path for path in bundle.sources(bundle.LABORATORIES.name) if path.suffix == ".mjs"]
NAMES = [path.relative_to(bundle.SOURCES).as_posix() for path in FILES]


@pytest.mark.parametrize("name", bundle.ENTRIES)
def test_the_bundle_states_the_modules_that_it_was_made_from(name: str):
    made = (bundle.PLAYGROUND / name).read_text("utf8")
    assert made.startswith(bundle.banner(name) + "\n"), "run `make page`"


def test_a_change_of_a_module_makes_the_bundle_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(bundle.SOURCES, tmp_path / "src")
    shutil.copy(bundle.PLAYGROUND / "limits.json", tmp_path)
    monkeypatch.setattr(bundle, "PLAYGROUND", tmp_path)
    monkeypatch.setattr(bundle, "SOURCES", tmp_path / "src")
    before = bundle.banner()
    assert bundle.BUNDLE.read_text("utf8").startswith(before)
    (tmp_path / "src" / "main.mjs").rename(tmp_path / "src" / "other.mjs")
    renamed = bundle.banner()
    (tmp_path / "src" / "other.mjs").rename(tmp_path / "src" / "main.mjs")
    banners = {before, renamed}
    for name in ("src/page/style.mjs", "limits.json"):
        with (tmp_path / name).open("a") as file:
            file.write("\n")
        banners.add(bundle.banner())
    assert len(banners) == 4


@pytest.mark.parametrize("name", bundle.ENTRIES)
def test_the_bundle_is_what_esbuild_makes_of_the_modules(npm_package: Callable[[str], Path], name: str):
    npm_package("esbuild")
    assert bundle.bundle(name) == (bundle.PLAYGROUND / name).read_text("utf8"), "run `make page`"


def test_types_are_right(node: Callable[..., str], npm_package: Callable[[str], Path]):
    compiler = npm_package("typescript") / "bin" / "tsc"
    options = "--allowJs --checkJs --noEmit --strict --noUnusedLocals --target esnext --module esnext"
    options += " --moduleResolution bundler --resolveJsonModule --lib esnext,dom"
    entries = [bundle.PLAYGROUND / entry for entry in bundle.ENTRIES.values()]
    command = [shutil.which("node"), compiler, *options.split(), *entries]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_module_is_short_says_its_idea_and_is_used(file: Path):
    text = file.read_text("utf8")
    assert len(text.splitlines()) <= MOST_LINES
    assert re.match(r"/\*\*[ \n].{20,}", text)
    others = (other.read_text("utf8") for other in FILES if other != file)
    assert file.name == "main.mjs" or any(f'/{file.name}"' in other for other in others)


def test_functions_are_short(node: Callable[..., str], npm_package: Callable[[str], Path], tmp_path: Path):
    acorn = (npm_package("acorn") / "dist" / "acorn.mjs").as_uri()
    long = tmp_path / "long.mjs"
    long.write_text("class C { long() {" + "\n" * MOST_LINES_OF_A_FUNCTION + "} }\n", "utf8")
    lengths = json.loads(node(LENGTHS, acorn, input=json.dumps([str(path) for path in [*FILES, long]])))
    assert len(lengths) > len(FILES)
    too_long = [(name, lines) for _, name, lines in lengths if lines > MOST_LINES_OF_A_FUNCTION]
    assert too_long == [("long", MOST_LINES_OF_A_FUNCTION + 1)]


def answer(node: Callable[..., str], module: str, expression: str) -> object:
    """What an expression in M, a module of the page, is."""
    code = f"const M = await import(process.argv[1]); console.log(JSON.stringify({expression}));"
    return json.loads(node("--input-type=module", "--eval", code, (bundle.SOURCES / module).as_uri()))


def test_very_many_points_are_read_and_painted(node: Callable[..., str]):
    points = answer(node, "setup/drawn.mjs", f"M.unpacked('AAC'.repeat({MANY}))")
    assert isinstance(points, dict) and (points["classes"], len(points["c"])) == (3, MANY)
    pen = "{ beginPath() {}, fill() {}, closePath() {}, lineTo() {}, arc() {}, n: 0, moveTo() { this.n++; } }"
    painted = f"((pen) => (M.paintPoints(pen, [], new Int32Array({MANY}).fill(1), [], 1), pen.n))({pen})"
    assert answer(node, "painting/markers.mjs", painted) == MANY


def test_extremes_are_those_of_the_values_and_the_start(node: Callable[..., str]):
    found = "[[M.largest([3, NaN, 5, -1], 4), M.largest([], 2)], [M.smallest([3, NaN, 5, -1], 0), M.smallest([], 2)]]"
    assert answer(node, "geometry/extremes.mjs", found) == [[5, 2], [-1, 2]]


@pytest.mark.parametrize(
    ("x", "words"), [(0.6931, "0.69"), (9999.5, "9999.50"), (1.5e23, "2 · 10²³"), (-3e5, "−3 · 10⁵"), (2e-7, "0.00")]
)
def test_a_long_number_is_a_power_of_ten(node: Callable[..., str], x: float, words: str):
    assert answer(node, "words/numbers.mjs", f"M.decimal({x}, 2)") == words


def test_a_number_that_is_none_has_words(node: Callable[..., str]):
    found = answer(node, "words/numbers.mjs", "[NaN, Infinity, -Infinity].map(M.short)")
    assert found == ["not a number", "∞", "−∞"]


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (0.7, "the cost of 0.70 is that of guessing."),
        (1.5e23, "the cost of 2 · 10²³ is above the 0.69 of guessing."),
        (0.3, "the cost of 0.30 is below the 0.69 of guessing."),
    ],
)
def test_only_the_cost_of_guessing_is_called_so(node: Callable[..., str], cost: float, said: str):
    curves = ", ".join(f"{name}: [{value}, {value}]" for name, value in (("val_accuracy", 0.5), ("val_cost", cost)))
    run = "{ bayes: null, classes: 2, configuration: { data: 'spiral', L: 1 } }"
    seen = f"{{ state: 'training', step: 9, epoch: 1, history: {{ train_accuracy: [0.5, 0.5], {curves} }} }}"
    sentence = answer(node, "words/narration.mjs", f"M.narration({run}, {seen}, [1, 1], '')")
    assert sentence == f"Nothing learned so far: 50.0 % is the level of chance, and {said}"
