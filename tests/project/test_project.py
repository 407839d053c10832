"""The project's files agree with one another."""

import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import execute
import nbformat
import pytest
import required
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rknet

ROOT = Path(__file__).resolve().parents[2]
AUTHORS = "The rknet contributors"


def text(name: str) -> str:
    return (ROOT / name).read_text("utf8")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads(text("pyproject.toml"))["project"]


def hashes() -> dict[str, list[str]]:
    """Every line of the lock with the hashes that follow it."""
    lines = re.sub(r"\\\n", "", re.sub(r"(?m)^#.*\n", "", text("requirements.lock"))).splitlines()
    return {
        line.partition(" --hash")[0].strip(): re.findall(r"--hash=sha256:([0-9a-f]{64})(?!\S)", line) for line in lines
    }


@pytest.fixture(scope="module")
def lock() -> list[Requirement]:
    return list(map(Requirement, hashes()))


# ---- requirements


def test_lock_pins_every_package_and_names_no_place(lock: list[Requirement]):
    for requirement in lock:
        assert requirement.url is None
        assert re.fullmatch(r"==[^+*]+", str(requirement.specifier)), requirement


def test_lock_leaves_to_torch_what_only_its_cuda_builds_need(lock: list[Requirement]):
    assert [pin.name for pin in lock if pin.name.startswith(("cuda-", "nvidia-"))] == []


BUILDS = {"torch", "torchvision", "triton"}
"""Of these, different places hold different files under the same version."""


def test_lock_has_hashes_of_all_but_the_builds_of_torch():
    assert {Requirement(line).name for line, found in hashes().items() if not found} == BUILDS
    assert all(len(set(found)) == len(found) for found in hashes().values())


def test_nothing_is_installed_past_the_lock(lock: list[Requirement]):
    """So every file was checked; torch's CUDA builds bring what they need, and a virtual environment its pip."""
    ours = re.compile("rknet|pip|(cuda|nvidia)-.*")
    pins = {canonicalize_name(pin.name): pin.specifier for pin in lock if not pin.marker or pin.marker.evaluate()}
    installed = {canonicalize_name(found.name): found.version for found in importlib.metadata.distributions()}
    assert {name for name in installed if not ours.fullmatch(name)} <= pins.keys()
    differing = {name: version for name, version in installed.items() if version not in pins.get(name, version)}
    assert not differing, f"{differing} are not of requirements.lock; run `make distclean` and `make`"


def test_lock_satisfies_pyproject(project: dict, lock: list[Requirement]):
    pins: dict[str, list[str]] = {}
    for pin in lock:
        pins.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    for requirement in map(Requirement, [*project["dependencies"], *extras]):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in requirements.lock; run `make lock`"
        assert all(requirement.specifier.contains(version, prereleases=True) for version in versions), requirement


def test_torch_and_torchvision_belong_together(lock: list[Requirement]):
    torch = next(pin for pin in lock if pin.name == "torch")
    wanted = [Requirement(line) for line in importlib.metadata.requires("torchvision") or []]
    assert [str(requirement.specifier) for requirement in wanted if requirement.name == "torch"] == [
        str(torch.specifier)
    ]


def test_binder_installs_what_make_does(project: dict):
    uv = next(line for line in project["optional-dependencies"]["dev"] if line.startswith("uv>"))
    assert yaml.safe_load(text("environment.yml"))["dependencies"] == [f"python{project['requires-python']}", uv]
    extras = re.search(r"^EXTRAS := (.+)$", text("Makefile"), re.MULTILINE)[1]
    assert f"--editable '.[{extras}]'" in text("postBuild")
    assert "--constraint requirements.lock " in text("postBuild")


def test_actions_are_pinned_to_commits():
    used = [line for path in (ROOT / ".github" / "workflows").iterdir() for line in path.read_text("utf8").splitlines()]
    used = [line.partition("uses: ")[2] for line in used if "uses: " in line]
    assert len(used) > 5
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_ci_skips_nothing_for_want_of_a_program(monkeypatch: pytest.MonkeyPatch):
    """Each kind of thing that may be missing where tests run is demanded by `.ci/run`."""
    kinds = set(re.findall(r"RKNET_REQUIRE_([A-Z]+)", text("tests/required.py")))
    assert kinds == {"BROWSER", "HTML", "TRITON"}
    assert kinds <= set(re.findall(r"RKNET_REQUIRE_([A-Z]+)=1", text(".ci/run")))
    for kind in kinds:
        monkeypatch.delenv(f"RKNET_REQUIRE_{kind}", raising=False)
        with pytest.raises(pytest.skip.Exception, match="a reason"):
            required.missing("a reason", required=kind)
        monkeypatch.setenv(f"RKNET_REQUIRE_{kind}", "1")
        with pytest.raises(pytest.fail.Exception, match="a reason"):
            required.missing("a reason", required=kind)


# ---- who and what


def test_authors_are_the_same_everywhere(project: dict):
    assert project["authors"] == [{"name": AUTHORS}]
    assert yaml.safe_load(text("CITATION.cff"))["authors"] == [{"name": AUTHORS}]
    assert yaml.safe_load(text("_config.yml"))["author"] == AUTHORS
    assert re.search(r"^Copyright \(c\) \d{4} (.+)$", text("LICENSE"), re.MULTILINE)[1] == AUTHORS


def test_citation_file_is_complete(project: dict):
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"] and citation["title"]
    assert citation["type"] == "software"
    software, *_data = project["license"].split(" AND ")
    assert citation["license"] == software
    (paper,) = citation["references"]
    assert [author["family-names"] for author in paper["authors"]] == ["Giesecke", "Kröner"]
    assert paper["type"] and paper["title"] and paper["year"] == 2021


def test_installed_version_is_the_source_s():
    assert importlib.metadata.version("rknet") == rknet.__version__


def test_repository_s_address_is_stated_once(project: dict):
    address = project["urls"]["Repository"]
    assert address not in text("_config.yml") + text("CITATION.cff") + text("environment.yml")


# ---- what pytest runs

ONLY_THIS_FILE = """
def pytest_ignore_collect(collection_path):
    if collection_path.match("test_*.py"):
        return collection_path.name != "test_project.py"
"""


@pytest.mark.parametrize(("options", "notebooks"), [([], False), (["--nbval"], True)])
def test_pytest_runs_the_chapters_exactly_where_it_is_asked_to(options: list[str], notebooks: bool, tmp_path: Path):
    (tmp_path / "only_this_file.py").write_text(ONLY_THIS_FILE, "utf8")
    listing = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--collect-only", "-q", "-p", "only_this_file"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    assert listing.returncode == 0, listing.stdout + listing.stderr
    collected = {line.split("::")[0] for line in listing.stdout.splitlines() if "::" in line}
    chapters = {chapter.with_suffix(".ipynb").relative_to(ROOT).as_posix() for chapter in execute.chapters()}
    assert len(chapters) > 10
    assert collected == {"tests/project/test_project.py"} | (chapters if notebooks else set())


@pytest.mark.parametrize("file", ["Makefile", "README.md", "CONTRIBUTING.md"])
def test_the_command_for_the_chapters_is_the_same_everywhere(file: str):
    commands = re.findall(r"pytest\b[^\n`]*--nbval[^\n`]*", text(file))
    assert commands and all(command.startswith("pytest --nbval") and " book" not in command for command in commands)


# ---- the book's files


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_no_file_is_a_link():
    """Windows checks out a link as a file with the target's name in it, and some archives do."""
    modes = {line.split()[0] for line in git("ls-files", "--stage").splitlines()}
    assert modes == {"100644", "100755"}


def test_the_book_takes_configuration_and_contents_from_the_top_level(tmp_path: Path):
    """A checkout without links builds what the two files of the top level say, and executes it."""
    git("-c", "core.symlinks=false", "checkout-index", "--all", f"--prefix={tmp_path}/")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: notation\nchapters: [{file: sum}]\n", "utf8")
    configuration = (tmp_path / "_config.yml").read_text("utf8")
    (tmp_path / "_config.yml").write_text(re.sub("(?m)^title:.*", "title: Another title", configuration), "utf8")
    cells = [nbformat.v4.new_markdown_cell("# A sum"), nbformat.v4.new_code_cell("40 + 2")]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=execute.NOTEBOOK_METADATA), tmp_path / "book/sum.ipynb"
    )
    build = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", "book/"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    built = tmp_path / "book" / "_build" / "html"
    assert "Another title" in (built / "notation.html").read_text("utf8")
    assert not list(built.glob("chapters/*.html"))
    page = (built / "sum.html").read_text("utf8")
    assert ">42<" in re.sub(r"\s", "", page) and "This page was computed" in page
    assert "Running 1 page, " in build.stdout and "Page 1 of 1, sum, took" in build.stdout


def test_vendored_mathjax_is_the_published_file():
    folder = ROOT / "book" / "_vendor" / "mathjax"
    readme = (folder / "README.md").read_text("utf8")
    script = (folder / "tex-svg.js").read_bytes()
    assert re.search(r"SHA-256 of `tex-svg\.js`: ([0-9a-f]{64})", readme)[1] == hashlib.sha256(script).hexdigest()
    assert f'VERSION="{re.search(r"Version: (.+)", readme)[1]}"'.encode() in script
    assert (folder / "LICENSE").is_file()
