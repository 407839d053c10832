"""The project's files agree with one another."""

import hashlib
import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rknet

ROOT = Path(__file__).resolve().parent.parent
AUTHORS = "The rknet contributors"


def text(name: str) -> str:
    return (ROOT / name).read_text("utf8")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads(text("pyproject.toml"))["project"]


@pytest.fixture(scope="module")
def lock() -> list[Requirement]:
    lines = (line.strip() for line in text("requirements.lock").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


# ---- requirements


def test_lock_pins_every_package_and_names_no_place(lock: list[Requirement]):
    for requirement in lock:
        assert requirement.url is None
        assert re.fullmatch(r"==[^+*]+", str(requirement.specifier)), requirement


def test_lock_leaves_to_torch_what_only_its_cuda_builds_need(lock: list[Requirement]):
    assert [pin.name for pin in lock if pin.name.startswith(("cuda-", "nvidia-"))] == []


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


def test_environment_yml_adds_only_where_packages_come_from(project: dict):
    python, pip, options = yaml.safe_load(text("environment.yml"))["dependencies"]
    assert python == f"python{project['requires-python']}"
    assert pip == "pip"
    index, *rest = options["pip"]
    assert index.startswith("--extra-index-url ")
    extras = re.search(r"^EXTRAS := (.+)$", text("Makefile"), re.MULTILINE)[1]
    assert rest == ["-c requirements.lock", f"-e .[{extras}]"]


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
    assert citation["license"] == project["license"]
    (paper,) = citation["references"]
    assert [author["family-names"] for author in paper["authors"]] == ["Giesecke", "Kröner"]
    assert paper["type"] and paper["title"] and paper["year"] == 2021


def test_installed_version_is_the_source_s():
    assert importlib.metadata.version("rknet") == rknet.__version__


def test_repository_s_address_is_stated_once(project: dict):
    address = project["urls"]["Repository"]
    assert address not in text("_config.yml") + text("CITATION.cff") + text("environment.yml")


# ---- the book's files


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml"])
def test_configuration_in_the_book_is_a_link(name: str):
    link = ROOT / "book" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..") / name


def test_vendored_mathjax_is_the_published_file():
    folder = ROOT / "book" / "_vendor" / "mathjax"
    readme = (folder / "README.md").read_text("utf8")
    script = (folder / "tex-svg-full.js").read_bytes()
    assert re.search(r"SHA-256 of `tex-svg-full\.js`: ([0-9a-f]{64})", readme)[1] == hashlib.sha256(script).hexdigest()
    assert f'VERSION="{re.search(r"Version: (.+)", readme)[1]}"'.encode() in script
    assert (folder / "LICENSE").is_file()
