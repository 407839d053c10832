"""How a program starts: what it imports, what Ctrl-C does meanwhile, what a plain terminal gets."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rknet.study import program

ROOT = Path(__file__).resolve().parents[2]

HEAVY = {
    "IPython", "anywidget", "joblib", "matplotlib", "numba", "numpy", "pandas", "safetensors", "scipy", "sklearn",
    "statsmodels", "sympy", "torch", "torchvision", "tqdm", "yaml",
}  # fmt: skip
"""What takes seconds to import, or is not needed to say what a command can do."""

LAZY = ("rknet", "rknet.adjoint", "rknet.data", "rknet.laboratories", "rknet.playground")
"""Packages whose names are imported when they are first used."""


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a text in a new process that finds this checkout."""
    command = [sys.executable, "-c", code, *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=300)


# ---- imports


@pytest.mark.parametrize("package", LAZY)
def test_a_package_imports_nothing_heavy(package: str) -> None:
    done = python(f"import sys, {package}; print(*{{name.partition('.')[0] for name in sys.modules}})")
    assert done.returncode == 0, done.stderr
    assert package.partition(".")[0] in done.stdout.split()  # or it is no list of modules
    assert set(done.stdout.split()) & HEAVY == set()


@pytest.mark.parametrize("command", ["", "list", "run", "table", "verify", "claims"])
def test_help_imports_nothing_heavy(command: str) -> None:
    code = (
        "import atexit, sys; from rknet.__main__ import main\n"
        "atexit.register(lambda: print(*{name.partition('.')[0] for name in sys.modules}))\n"
        "main()"
    )
    done = python(code, *command.split(), "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: rknet")
    modules = set(done.stdout.splitlines()[-1].split())
    assert "argparse" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("package", LAZY)
def test_every_name_of_a_lazy_package_is_there(package: str) -> None:
    """What the stub promises can be had, and is listed; other names are refused as by any module."""
    module = importlib.import_module(package)
    assert module.__all__ and set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        module.nothing_of_this_name  # noqa: B018


# ---- Ctrl-C


def test_ctrl_c_during_an_import_is_one_line(tmp_path: Path) -> None:
    """Even if the imported module turns a KeyboardInterrupt into something else, as compiled ones do."""
    (tmp_path / "numpy.py").write_text(
        "import pathlib, time\n"
        "pathlib.Path('importing').touch()\n"
        "try:\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    raise ImportError('numpy: cannot be imported') from None\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "rknet", "list"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not (tmp_path / "importing").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == f"rknet: {program.SAID}\n"


def test_an_interrupt_waits_where_it_would_not_be_heard() -> None:
    """It comes at the end of the block, and a process started within never has one."""
    child = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('deaf')"
    with pytest.raises(KeyboardInterrupt), program.interrupts_deferred():
        os.kill(os.getpid(), signal.SIGINT)
        done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "deaf\n")


def test_a_caller_s_own_handling_of_interrupts_is_left_alone() -> None:
    """Neither a handler nor a process that ignores interrupts is changed."""
    handlers = [signal.SIG_IGN, lambda number, frame: None]
    before = signal.getsignal(signal.SIGINT)
    try:
        for handler in handlers:
            signal.signal(signal.SIGINT, handler)
            program.leave_when_interrupted()
            with program.orderly():
                assert signal.getsignal(signal.SIGINT) is handler
            assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


# ---- terminals


@pytest.mark.parametrize("encoding", ["ascii", "utf8"])
def test_a_table_is_shown_on_every_terminal(encoding: str) -> None:
    """Without ± it says +-, in columns as straight."""
    code = "import sys; from rknet.__main__ import main; sys.exit(main())"
    done = python(code, "table", "variability", "--store", str(ROOT / "results"), PYTHONIOENCODING=encoding, LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, "")
    assert ("77.13 +- 0.76" if encoding == "ascii" else "77.13 ± 0.76") in done.stdout
    for block in done.stdout.split("\n\n")[1:]:
        assert len({len(line) for line in block.splitlines()}) == 1


def test_what_no_terminal_shows_is_a_question_mark() -> None:
    done = python("from rknet.study.program import guarded; guarded(lambda: print('√2 − ж') or 0, 'p')",
                  PYTHONIOENCODING="ascii")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "sqrt2 - ?\n")
