"""The compiled engine: gradients and histories against autograd, its arithmetic, and the same bits everywhere."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numba
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rknet import (
    ACTIVATIONS,
    LIFTS,
    TABLEAUS,
    EulerNet,
    History,
    Net,
    Protocol,
    RK4Net,
    RKNet,
    StandardNet,
    draw,
    fit,
    split,
)
from rknet.engines.compiled import arithmetic, engine, simd
from rknet.engines.compiled.engine import Compiled
from rknet.engines.compiled.simd import load, store
from rknet.protocol import LOSSES, OPTIMIZERS

HERE = Path(__file__).parent
GRADIENT = 1e-12
"""Float64 gradients: rounding of sums of some hundred terms, relative to the largest entry."""
TWO_EPOCHS = 1e-8
"""Float64 histories after two epochs: rounding, amplified by training."""
EXPLICIT = sorted(name for name, tableau in TABLEAUS.items() if tableau.explicit)


def data(net: Net, N: int, seed: int = 0) -> tuple[NDArray, NDArray]:
    """Random samples and labels that fit a net."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, net.d)), rng.integers(0, net.classes, N)


# Gradients and outputs.


def assert_gradients_agree(net: Net, N: int, loss: str, seed: int = 0) -> None:
    """The engine's gradients are autograd's."""
    X, c = data(net, N, seed)
    found = Compiled(net, Protocol(loss=loss)).gradients(X, c)
    trained = {name: p for name, p in net.named_parameters() if p.requires_grad}
    cost = LOSSES[loss](net(torch.from_numpy(X)), torch.from_numpy(c))
    expected = torch.autograd.grad(cost, list(trained.values()))
    assert set(found) == set(trained)
    for name, gradient in zip(trained, expected, strict=True):
        error = np.abs(found[name] - gradient.numpy()).max()
        assert error <= GRADIENT * gradient.abs().max().item(), (name, error)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("tableau", [None, *EXPLICIT])
def test_gradients(tableau: str | None, activation: str, loss: str) -> None:
    """Every scheme, activation and loss, with a learned lift."""
    sizes, options = (2, 7, 3, 4), {"activation": activation, "lift": "learned", "seed": 3}
    net = StandardNet(*sizes, **options) if tableau is None else RKNet(*sizes, tableau=tableau, h=0.4, **options)
    assert_gradients_agree(net.double(), 7, loss)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    d=st.integers(1, 4),
    more=st.integers(0, 40),
    classes=st.integers(2, 19),
    L=st.integers(1, 6),
    N=st.integers(1, 13),
    tableau=st.sampled_from(EXPLICIT),
    lift=st.sampled_from(sorted(LIFTS)),
    train_classifier=st.booleans(),
)
def test_gradients_of_any_shape(
    d: int, more: int, classes: int, L: int, N: int, tableau: str, lift: str, train_classifier: bool
) -> None:
    """Widths below, at and above the lanes, any number of classes, layers and samples."""
    net = RKNet(
        d, d + more, classes, L, tableau=tableau, h=0.3, lift=lift, train_classifier=train_classifier, seed=N
    ).double()
    assert_gradients_agree(net, N, "cross_entropy", seed=L)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("d_hat", [3, 7, 33])
def test_outputs(activation: str, d_hat: int) -> None:
    """Logits and all layer states are the net's own, for more samples than are evaluated at once."""
    net = RK4Net(2, d_hat, 3, 4, activation=activation, lift="linear").double()
    X, _ = data(net, 2 * engine.CHUNK + 3)
    compiled = Compiled(net, Protocol())
    np.testing.assert_allclose(compiled.logits(X), net(torch.from_numpy(X)).detach().numpy(), rtol=0, atol=GRADIENT)
    np.testing.assert_allclose(compiled.states(X), net.flow(X), rtol=0, atol=GRADIENT)


# Histories.


def histories(net: Net, protocol: Protocol, N: int = 61) -> list[tuple[History, Net]]:
    """The histories of both engines on the same problem, with the trained nets."""
    points = split(draw("donut_2D_6C" if net.classes == 6 else "donut_2D", N, seed=2), 33)
    results = []
    for name in ("compiled", "torch"):
        twin = copy.deepcopy(net)
        results.append((fit(twin, *points, protocol, seed=4, engine=name), twin))
    return results


def assert_histories_agree(net: Net, protocol: Protocol) -> None:
    """Both engines tell the same story and end with the same weights."""
    (compiled, first), (reference, second) = histories(net, protocol)
    assert (compiled.engine, reference.engine, compiled.ended) == ("compiled", "torch", reference.ended)
    for name in ("train_cost", "train_accuracy", "val_cost", "val_accuracy"):
        np.testing.assert_allclose(getattr(compiled, name), getattr(reference, name), rtol=TWO_EPOCHS)
    for name, tensor in first.state_dict().items():
        np.testing.assert_allclose(tensor, second.state_dict()[name], rtol=TWO_EPOCHS, atol=TWO_EPOCHS, err_msg=name)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_histories_for_each_optimizer_and_loss(optimizer: str, loss: str) -> None:
    """33 training samples in batches of 5: the last batch has 3."""
    net = RK4Net(2, 6, 6, 3, lift="linear").double()
    assert_histories_agree(net, Protocol(epochs=2, optimizer=optimizer, loss=loss))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("net_class", [StandardNet, EulerNet, RK4Net])
def test_histories_for_each_net_and_activation(net_class: type[Net], activation: str) -> None:
    """The paper's three nets, with zero padding."""
    assert_histories_agree(net_class(2, 3, 2, 4, activation=activation).double(), Protocol(epochs=2))


@pytest.mark.parametrize("train_classifier", [True, False])
@pytest.mark.parametrize("lift", LIFTS)
def test_histories_for_each_lift(lift: str, train_classifier: bool) -> None:
    """Every lift, with the classifier trained or not; what is frozen stays, what is learned moves."""
    net = RK4Net(2, 17, 2, 2, lift=lift, train_classifier=train_classifier).double()
    assert_histories_agree(net, Protocol(epochs=2, batch_size=7))
    (_, trained), _ = histories(net, Protocol(epochs=1))
    moved = {name for name, t in trained.state_dict().items() if not torch.equal(t, net.state_dict()[name])}
    classifier, matrix = {"W", "mu"} if train_classifier else set(), {"lift.matrix"} if lift == "learned" else set()
    assert moved == {"K", "b"} | classifier | matrix


def test_early_stop_and_divergence_end_both_engines_alike() -> None:
    """A rule without patience stops both; an absurd rate makes both diverge."""
    net = RK4Net(2, 3, 2, 2).double()
    hasty = Protocol(epochs=30, window=1, first_stop=1, tolerance=0, learning_rate=0.05)
    assert_histories_agree(net, hasty)
    wild = Protocol(epochs=3, optimizer="sgd", learning_rate=1e300)
    (compiled, _), (reference, _) = histories(RK4Net(2, 3, 2, 2, activation="relu").double(), wild)
    assert compiled.ended == reference.ended == "diverged"


def test_single_precision_stays_near_double_precision() -> None:
    """Two epochs in float32 differ from float64 by float32 rounding."""
    net, protocol = RK4Net(2, 16, 2, 5, lift="linear"), Protocol(epochs=2)
    (single, _), _ = histories(net, protocol)
    (double, _), _ = histories(net.double(), protocol)
    np.testing.assert_allclose(single.val_cost, double.val_cost, rtol=1e-4)


# Which engine runs.


def test_auto_chooses_the_engine() -> None:
    """The paper's nets are compiled; a net with changes of its own is trained by PyTorch."""

    class Scaled(RK4Net):
        def f(self, K, b, y):  # noqa: ANN001, ANN202
            return 2 * super().f(K, b, y)

    points, protocol = split(draw("donut_2D", 20), 10), Protocol(epochs=1)
    assert fit(RK4Net(2, 3, 2, 2), *points, protocol).engine == "compiled"
    assert fit(RK4Net(2, 3, 2, 2), *points, protocol, engine="torch").engine == "torch"
    assert fit(Scaled(2, 3, 2, 2), *points, protocol).engine == "torch"


def hooked() -> Net:
    net = RK4Net(2, 3, 2, 2)
    net.lift.register_forward_hook(lambda *_: None)
    return net


def changed(**attributes: object) -> Net:
    net = RK4Net(2, 3, 2, 2)
    for name, value in attributes.items():
        setattr(net, name, value)
    return net


def frozen(*names: str) -> Net:
    net = RK4Net(2, 3, 2, 2, lift="learned")
    for name in names:
        net.get_parameter(name).requires_grad_(False)
    return net


@pytest.mark.parametrize(
    ("net", "reason"),
    [
        (hooked(), "hooks"),
        (changed(sigma=torch.sin), "sigma is from elsewhere"),
        (changed(lift=torch.nn.Identity()), "lift is a Identity"),
        (RK4Net(2, 3, 2, 2).half(), "float16"),
        (RK4Net(2, 3, 2, 2).to("meta"), "on meta"),
        (frozen("K"), "K and b are not both trained"),
        (frozen("mu"), "only one of W and mu"),
        (frozen("lift.matrix"), "learned lift is not trained"),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_what_the_engine_does_not_do(net: Net, reason: str) -> None:
    """Each obstacle is named, and asking for the engine all the same is an error that names it."""
    assert reason in (Compiled.obstacle(net, Protocol()) or "")
    if isinstance(net.lift, torch.nn.Identity):
        net.lift.d, net.lift.d_hat = 2, 3
    with pytest.raises(ValueError, match=rf"engine: must be .* got 'compiled', but .*{reason}"):
        fit(net, *split(draw("donut_2D", 20), 10), engine="compiled")
    with pytest.raises(ValueError, match=rf"net: must be .* but .*{reason}"):
        Compiled(net, Protocol())


def test_unknown_engine() -> None:
    """The error lists the engines."""
    rule = r"engine: must be a known name, got 'jax'; choose from auto, layerwise, compiled, torch"
    with pytest.raises(ValueError, match=rule):
        fit(RK4Net(2, 3, 2, 2), *split(draw("donut_2D", 20), 10), engine="jax")


# Arithmetic.


def lane_by_lane(name: str):
    """A function of `rknet.engines.compiled.arithmetic` on float arrays of a multiple of 16 entries."""
    function = getattr(arithmetic, name)

    @numba.njit(**simd.OPTIONS)
    def loop(x, out, count):
        for k in range(0, x.size, len(count)):
            store(out, k, function(load(x, k, count)))

    def apply(x: NDArray) -> NDArray:
        padded = np.resize(x, -(-len(x) // 16) * 16).astype(x.dtype)
        out = np.empty_like(padded)
        loop(padded, out, (None,) * 16)
        return out[: len(x)]

    return apply


REFERENCES = {
    # name: (float64 reference, range, bound in units of the last place)
    "tanh": (np.tanh, (-12, 12), 7),
    "exp": (np.exp, (-86, 88.7), 1),
    "log": (np.log, (1e-37, 3e38), 1),
    "logistic": (lambda x: 1 / (1 + np.exp(-x)), (-86, 90), 3),
    "softplus": (lambda x: np.logaddexp(0, x), (-86, 90), 2),
}
FUNCTIONS = {name: lane_by_lane(name) for name in REFERENCES}


@pytest.mark.parametrize("name", REFERENCES)
def test_arithmetic_is_accurate(name: str) -> None:
    """Within a few units of the last place of the float64 reference, over the whole range and near zero."""
    reference, (low, high), bound = REFERENCES[name]
    rng = np.random.default_rng(0)
    tiny = rng.choice([-1, 1], 100_000) * 10.0 ** rng.uniform(-18, 0, 100_000)
    x = np.concatenate([rng.uniform(low, high, 400_000), tiny, rng.uniform(-2, 2, 100_000)])
    if name == "log":
        x = np.concatenate([10 ** rng.uniform(-37, 38, 400_000), rng.uniform(0.5, 20, 200_000)])
    x = x.astype(np.float32)
    y, expected = FUNCTIONS[name](x), reference(x.astype(np.float64))
    place = np.spacing(np.maximum(np.abs(expected), np.finfo(np.float32).tiny).astype(np.float32))
    error = np.abs(y - expected) / place
    assert error.max() <= bound, (error.max(), x[error.argmax()])
    if name == "softplus":
        expected = np.where(x > arithmetic.SOFTPLUS_LINEAR, x, expected)  # as PyTorch does, in either precision
    np.testing.assert_allclose(FUNCTIONS[name](x.astype(np.float64)), expected, rtol=1e-14)


def test_arithmetic_at_the_ends() -> None:
    """NaN stays NaN; infinities and overflow give the limits; no result leaves the range of the function."""
    special = np.array([np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0], np.float32)
    nan, inf, half, ln2 = np.nan, np.inf, 0.5, np.float32(np.log(2))
    one = np.float32(FUNCTIONS["tanh"](np.array([9], np.float32))[0])
    assert one == pytest.approx(1, abs=1e-6)
    limits = {
        "tanh": [nan, one, -one, one, -one, 0],
        "exp": [nan, inf, 0, inf, 0, 1],
        "logistic": [nan, 1, 0, 1, 0, half],
        "softplus": [nan, inf, 0, 3e38, 0, ln2],
    }
    for name, expected in limits.items():
        np.testing.assert_array_equal(FUNCTIONS[name](special), np.array(expected, np.float32), err_msg=name)
    np.testing.assert_array_equal(FUNCTIONS["log"](np.array([np.nan, np.inf, 1], np.float32)), [nan, inf, 0])
    x = np.linspace(-100, 100, 2_000_001, dtype=np.float32)
    assert np.abs(FUNCTIONS["tanh"](x)).max() <= 1
    for name in ("exp", "logistic", "softplus"):
        y = FUNCTIONS[name](x)
        assert not ((y > 0) & (y < np.finfo(np.float32).tiny)).any(), name


# Denormals.


def test_no_denormals_survive_in_a_deep_standard_net() -> None:
    """150 layers shrink gradients below float32's normal numbers; neither weights nor memory hold a denormal."""
    net = StandardNet(2, 16, 2, 150, lift="linear")
    compiled, points = Compiled(net, Protocol()), draw("spiral", 500)
    for _ in range(4):
        compiled.epoch(points.X, points.c, np.arange(500))
    exact = Compiled(copy.deepcopy(net).double(), Protocol()).gradients(points.X, points.c)["K"]
    assert 0 < np.abs(exact[0]).max() < np.finfo(np.float32).tiny, "the test needs a net deep enough"
    arrays = [*compiled.weights, *(a for m in compiled.moments for a in m), *compiled._training]
    for array in arrays:
        assert not denormal(array).any()


def denormal(x: NDArray) -> NDArray:
    """Which entries are float32 denormals."""
    return (x != 0) & (np.abs(x) < np.finfo(np.float32).tiny)


@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "sgd"])
def test_moments_fade_to_zero(optimizer: str) -> None:
    """Weights whose gradient has ended for good: their moments end at zero and not among the denormals."""
    net = StandardNet(2, 3, 2, 1, activation="relu")
    with torch.no_grad():
        net.b -= 100
    net.b.data[:, 0] += 200
    compiled, points = Compiled(net, Protocol(optimizer=optimizer)), draw("donut_2D", 200)
    compiled.moments[0].K[:] = compiled.moments[1].K[:] = np.finfo(np.float32).tiny
    compiled.epoch(points.X, points.c, np.arange(200))
    assert not any(denormal(moment.K).any() for moment in compiled.moments)


# The same bits.


def bits(history: History, net: Net) -> list[bytes]:
    """Everything that training returns."""
    arrays = [getattr(history, field.name) for field in fields(History) if field.name not in ("ended", "engine")]
    return [array.tobytes() for array in (*arrays, *(t.numpy() for t in net.state_dict().values()))]


def test_a_sample_does_not_depend_on_those_beside_it() -> None:
    """One by one, in pairs or all at once: the same bits."""
    for activation in ACTIVATIONS:
        net = RK4Net(2, 7, 3, 4, activation=activation)
        X, _ = data(net, 23)
        compiled = Compiled(net, Protocol())
        together = compiled.logits(X)
        for size in (1, 2, 6):
            parts = np.concatenate([compiled.logits(X[k : k + size]) for k in range(0, 23, size)])
            np.testing.assert_array_equal(parts, together)


def test_runs_beside_one_another_do_not_meddle() -> None:
    """Four runs at once in threads give what each gives alone."""

    def run(seed: int) -> list[bytes]:
        net = RK4Net(2, 16, 2, 10, lift="linear", seed=seed)
        return bits(fit(net, *split(draw("spiral", 300), 150), Protocol(epochs=3), seed=seed), net)

    alone = [run(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == alone
    assert len({tuple(result) for result in alone}) == 4


def start(script: str | Path, folder: Path, code: Path = HERE.parent, **environment: str) -> subprocess.Popen:
    """A Python process that imports the package found in the folder `code`; Numba keeps its files in `folder`."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    variables |= {"PYTHONPATH": str(code), "NUMBA_CACHE_DIR": str(folder), "OMP_NUM_THREADS": "1"} | environment
    if not variables["NUMBA_CACHE_DIR"]:
        del variables["NUMBA_CACHE_DIR"]
    command = [sys.executable, str(script)] if isinstance(script, Path) else [sys.executable, "-c", script]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=variables, cwd=folder, **pipes)


def result(process: subprocess.Popen) -> dict:
    """What the process printed last, from JSON."""
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error[-3000:]
    return json.loads(out.splitlines()[-1])


FINGERPRINT = HERE / "engine_runs" / "fingerprint.py"
GLIBC = "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX_Fast_Unaligned_Load,-FMA4"


def test_same_bits_on_every_processor_and_second_process_compiles_nothing(tmp_path: Path) -> None:
    """Weights and histories for generic, AVX2 + FMA and native code, and with the SIMD of NumPy and libc switched off.

    The first two processes start together on an empty cache; the last ones find everything compiled.
    """
    targets = {
        "native": {},
        "native too": {},
        "generic": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
        "AVX2 and FMA": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"},
        "no SIMD in NumPy and libc": {"NPY_DISABLE_CPU_FEATURES": supported_by_numpy(), "GLIBC_TUNABLES": GLIBC},
    }
    if os.uname().machine not in ("x86_64", "AMD64"):
        targets = dict(list(targets.items())[:2])
    results: dict[str, dict] = {}
    names = list(targets)
    for pair in (names[:2], names[2:4], names[4:]):
        processes = {name: start(FINGERPRINT, tmp_path, **targets[name]) for name in pair}
        results |= {name: result(process) for name, process in processes.items()}
    assert {name: found["sha1"] for name, found in results.items()} == dict.fromkeys(names, results["native"]["sha1"])
    again = results.get("no SIMD in NumPy and libc") or result(start(FINGERPRINT, tmp_path))
    assert (again["hits"], again["misses"]) == (2, 0)
    assert results["native"]["misses"] == 2


def supported_by_numpy() -> str:
    """NumPy's own switch for those of its optional instruction sets that this machine has."""
    from numpy._core import _multiarray_umath as umath

    return " ".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name)) or ""


LOGIT = """
import json, numpy as np, rknet
from rknet.engines.compiled import engine, kernels
compiled = engine.Compiled(rknet.RK4Net(2, 3, 2, 2), rknet.Protocol())
logit = compiled.logits(np.ones((1, 2), np.float32))[0, 0].item()
code = engine.compiled(kernels.evaluate, "float32", 4)
stats = [sum(code.stats.cache_hits.values()), sum(code.stats.cache_misses.values())]
print(json.dumps({"logit": logit, "stats": stats, "path": str(rknet.__file__)}))
"""
"""Evaluate one sample, with as little to compile as possible."""


def package_copy(folder: Path) -> Path:
    """A copy of the package, without compiled files, in a folder of its own."""
    shutil.copytree(HERE.parent / "rknet", folder / "rknet", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_changed_source_is_compiled_again(tmp_path: Path) -> None:
    """A digit changed in a module far from the compiled function, in a file of the same size and time, counts."""
    code, cache = package_copy(tmp_path / "code"), tmp_path / "cache"
    cache.mkdir()
    first = result(start(LOGIT, cache, code))
    source = code / "rknet" / "arithmetic.py"
    before, text = source.stat(), source.read_text()
    assert text.count("4.89352518554385e-03") == 1
    source.write_text(text.replace("4.89352518554385e-03", "4.99352518554385e-03"))
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    shutil.rmtree(code / "rknet" / "__pycache__", ignore_errors=True)  # Python's own cache does go by size and time
    second = result(start(LOGIT, cache, code))
    assert first["path"].startswith(str(code))
    assert first["logit"] != second["logit"]
    source.write_text(text)
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    shutil.rmtree(code / "rknet" / "__pycache__", ignore_errors=True)
    third = result(start(LOGIT, cache, code))
    assert (third["logit"], third["stats"]) == (first["logit"], [1, 0])


def test_package_that_cannot_be_written_to(tmp_path: Path) -> None:
    """Compiled code goes to the user's cache folder, and nowhere when that cannot be written to either."""
    code, home = package_copy(tmp_path / "code"), tmp_path / "home"
    home.mkdir()
    (code / "rknet" / "__pycache__").write_text("a file where the folder would be: not even root can write into it")
    user = {"NUMBA_CACHE_DIR": "", "XDG_CACHE_HOME": str(home), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    nowhere = {**user, "XDG_CACHE_HOME": "/dev/null/cache", "HOME": "/dev/null/home", "MPLCONFIGDIR": str(home)}
    first, unstored = start(LOGIT, home, code, **user), start(LOGIT, home, code, **nowhere)
    results = [result(first), result(unstored), result(start(LOGIT, home, code, **user))]
    assert len({found["logit"] for found in results}) == 1
    assert [found["stats"] for found in results] == [[0, 1], [0, 1], [1, 0]]
    assert list(home.rglob("*.nbc"))
