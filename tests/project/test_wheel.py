"""What a registry would hand out: both distributions, installed into bare environments, run from an empty folder.

An environment has the package and, as links, the installed distributions that its metadata asks for, and no others.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from email import message_from_string
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
UV = [sys.executable, "-m", "uv", "--offline", "--quiet"]


def succeed(*command: str | Path, **options: object) -> str:
    """The output of a program that must end well."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel, made from the source distribution as registries advise, and that."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    listed = succeed("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in listed.splitlines():
        if not name.startswith(("book/chapters/", "results/")) and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    succeed(*UV, "build", "--no-build-isolation", "--python", sys.executable, "--out-dir", out, source)
    (wheel,), (archive,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return {"wheel": wheel, "source": archive}


def described(wheel: Path) -> list[Requirement]:
    """What a wheel requires, each with its marker."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return [Requirement(line) for line in message_from_string(archive.read(name).decode()).get_all("Requires-Dist")]


def needed(requirements: Iterable[Requirement], extras: Iterable[str] = ()) -> set[str]:
    """The distributions that requirements lead to, directly or through others."""
    names: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [(requirement, {"", *extras}) for requirement in requirements]
    while todo:
        requirement, wanted = todo.pop()
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in wanted):
            continue
        name = canonicalize_name(requirement.name)
        names.add(name)
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                todo += [(Requirement(line), {extra}) for line in metadata.requires(name) or []]
    return names


def link(names: Iterable[str], place: Path) -> None:
    """Make installed distributions visible in another environment."""
    for name in names:
        found = metadata.distribution(name)
        for top in {file.parts[0] for file in found.files or []} - {"..", "__pycache__"}:
            if not (place / top).exists():
                (place / top).symlink_to(Path(found.locate_file(top)))


@pytest.fixture(scope="module")
def environment(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make an environment: ``environment("wheel", *extras)`` returns its folder of packages."""

    def make(kind: str, *extras: str, beside: tuple[str, ...] = ()) -> Path:
        folder = tmp_path_factory.mktemp(kind) / "bare"
        succeed(*UV, "venv", "--python", sys.executable, folder)
        (packages,) = folder.glob("lib/python*/site-packages")
        link([*needed(described(built["wheel"]), extras), *beside], packages)
        options = ["--no-deps", "--no-build-isolation", "--python", folder / "bin" / "python"]
        succeed(*UV, "pip", "install", *options, built[kind])
        return packages

    return make


@pytest.fixture(scope="module")
def wheel(environment: Callable[..., Path]) -> Path:
    """The wheel's environment, without any extra."""
    return environment("wheel")


def rknet(packages: Path, folder: Path, *arguments: str, program: str = "rknet") -> tuple[int, str, str]:
    """Exit code, output and errors of the installed command, in a folder and with no variable of this process."""
    command = [packages.parents[2] / "bin" / name for name in program.split()[:1]] + program.split()[1:]
    variables = {"HOME": str(folder), "PATH": os.defpath, "COLUMNS": "100", "RKNET_OFFLINE": "1"}
    done = subprocess.run(
        [*map(str, command), *arguments], capture_output=True, text=True, cwd=folder, env=variables, timeout=600
    )
    return done.returncode, done.stdout, done.stderr


# ---- what is handed out


def test_both_distributions_install_the_same_files(wheel: Path, environment: Callable[..., Path]) -> None:
    """The source distribution lacks nothing that the wheel has."""

    def contents(packages: Path) -> set[str]:
        (record,) = packages.glob("rknet-*.dist-info/RECORD")
        lines = record.read_text("utf8").splitlines()
        return {line for line in lines if line.startswith(("rknet/", "rknet-")) and "direct_url" not in line} - {
            line for line in lines if re.search(r"dist-info/(RECORD|INSTALLER|REQUESTED|uv_)", line)
        }

    installed = contents(wheel)
    assert any("claims.yml" in line for line in installed)
    assert contents(environment("source", beside=("setuptools",))) == installed


def test_package_holds_every_file_of_the_library(wheel: Path) -> None:
    """Data and stubs too; what the page is bundled from is left out."""
    listed = succeed("git", "ls-files", "--cached", "--others", "--exclude-standard", "rknet", cwd=ROOT).splitlines()
    files = {name for name in listed if not name.startswith("rknet/playground/src/") and (ROOT / name).is_file()}
    assert {name for name in files if not (wheel / name).is_file()} == set()


def test_metadata_is_complete(built: dict[str, Path]) -> None:
    """What a registry shows: summary, readme, licence with its files, address, Python."""
    with zipfile.ZipFile(built["wheel"]) as archive:
        names = archive.namelist()
        (name,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        shown = message_from_string(archive.read(name).decode())
    assert shown["Summary"] and shown["Requires-Python"] and shown["License-Expression"] == "MIT AND CC-BY-4.0"
    assert shown["Description-Content-Type"] == "text/markdown"
    assert shown.get_payload().strip() == (ROOT / "README.md").read_text("utf8").strip()
    for file in shown.get_all("License-File"):
        assert any(name.endswith(f".dist-info/licenses/{file}") for name in names), file


# ---- what is installed works


def test_commands_without_records(wheel: Path, tmp_path: Path) -> None:
    """Each works, or says in one line what it needs; none leaves anything behind."""
    code, usage, said = rknet(wheel, tmp_path, "--help")
    assert (code, said) == (0, "") and usage.startswith("usage: rknet")
    assert rknet(wheel, tmp_path, "--help", program="python -m rknet") == (0, usage, "")
    code, printed, said = rknet(wheel, tmp_path, "list", "depth")
    assert (code, said) == (0, "") and "RK4Net, L = 100" in printed
    code, printed, said = rknet(wheel, tmp_path, "table", "depth")
    assert (code, said) == (0, "") and "not run yet: rknet run depth" in printed and "98.12" in printed
    lines = {
        "verify depth": (3, "rknet: no records in results; name their folder with --store, or make them: "),
        "verify run.json": (2, "rknet: "),
        "claims": (2, "rknet: claims: needs the module "),
        "run depth --dask tcp://localhost:1": (2, "rknet: dask: needs the package distributed, "),
    }
    for line, (expected, begins) in lines.items():
        code, printed, said = rknet(wheel, tmp_path, *line.split())
        assert (code, printed) == (expected, "") and said.startswith(begins) and said.count("\n") == 1, said
        assert line != "claims" or said.endswith(", which is not installed; run: pip install 'rknet[ledger]'\n")
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_a_sweep_and_what_follows(environment: Callable[..., Path], tmp_path: Path) -> None:
    """Runs on several processes, their table, their verification and the ledger: no warning from anywhere."""
    packages = environment("wheel", "ledger")
    code, printed, said = rknet(packages, tmp_path, "claims")
    assert (code, printed, said.count("\n")) == (3, "", 1) and said.startswith("rknet: no records in results; ")
    chosen = ["activation-depth", "--rows", "L = 1, tanh", "--jobs", "2"]
    code, printed, said = rknet(packages, tmp_path, "run", *chosen, "--engine", "torch")
    assert (code, said) == (0, "") and printed.startswith("2 runs computed, 0 found in results; ")
    code, printed, said = rknet(packages, tmp_path, "verify", *chosen)
    assert (code, said) == (0, "") and printed.endswith("2 of 2 runs give what their records state\n")
    code, printed, said = rknet(packages, tmp_path, "table", "activation-depth")
    assert (code, said) == (0, "") and "from results, seeds 0-1" in printed
    code, printed, said = rknet(packages, tmp_path, "claims", "table1")
    assert (code, said) == (1, "") and printed.count("\n") > 1
    assert not list(packages.glob("rknet/study/ledger/.*"))
