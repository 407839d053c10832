"""The runs of Section 4.5 on a graphics card: the step checked, then timed, then the deep nets trained, many at once.

``python -m benchmarks.card --out FOLDER --seconds 500`` leaves in the folder ``measurements.json`` (how far the step is
from the reference on the processor, and milliseconds per step), ``records.tar`` (a store with a record of each run that
has ended) and ``features.safetensors`` (what pictures of the trained nets need).  The files grow as runs end, so little
is lost when time is up.  What the store named by --store has from the original images is not computed again.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from rknet import files
from rknet.data.points import PointSet
from rknet.engines.layerwise.engine import Layerwise
from rknet.nets import Net
from rknet.plots import principal
from rknet.protocol import Protocol
from rknet.study import records
from rknet.study.configuration import Configuration
from rknet.study.records import Run
from rknet.study.runner import runs_of
from rknet.study.store import Store, slug

try:
    from rknet.engines.layerwise.together import Sets, Stack
    from rknet.study import shared_card
except ModuleNotFoundError as error:
    sys.exit(f"benchmarks.card: needs the module {error.name}; run: pip install 'rknet[card]'")

ROWS = (
    ("images", "RK4Net, d_hat = 900, L = 100, MNIST"),
    ("images", "RK4Net, d_hat = 900, L = 100, FashionMNIST"),
    ("images", "EulerNet, d_hat = 900, L = 100, MNIST"),
    ("images", "EulerNet, d_hat = 900, L = 100, FashionMNIST"),
    ("images", "RK4Net, d_hat = 784, L = 100, MNIST"),
    ("images-deep", "StandardNet, d_hat = 900, L = 100, MNIST"),
)
"""What is trained, by experiment and row, in order of worth."""

LANES = 2
"""Stacks trained side by side: the memory traffic of one fills the gaps between the small kernels of another."""

COMPONENTS = 20
"""Principal components that are kept of the output features: three are drawn, twenty judged."""

GRADIENT = 1e-5
"""Relative error of the first step's gradient, in the Frobenius norm of a layer: sums of 900 terms in float32."""

MOVED = 1e-2
"""Relative error of how far the weights have moved after `STEPS` steps.  Adam moves a weight by its rate whatever its
gradient, and where that is of the size of rounding, its sign is chance."""

STEPS = 6
"""Steps of the check: some kernel by kernel, some as a graph."""

PASSES = 7
"""A step reads K on the way forward, reads it with both moments on the way back, and writes all three."""


# ---- the step against the reference


def check(configuration: Configuration, device: str, *, captured: bool = True, R: int = 2) -> dict[str, float]:
    """How far the step of a stack is from autograd in double precision on the processor, on random images."""
    size, protocol = configuration.protocol.batch_size, configuration.protocol
    nets = [configuration.network(seed) for seed in range(R)]
    sets = [_random(nets[0], STEPS * size, seed) for seed in range(R)]
    references = [copy.deepcopy(net).double() for net in nets]
    stack = Stack(nets, sets, protocol, device=device, captured=captured)
    order = torch.arange(STEPS * size)
    stack.order.copy_(order.expand(R, -1).reshape(stack.order.shape))
    stack.take()
    gradients = [10 * stack.layers["K"][1][:, r].double().cpu() for r in range(R)]
    for _ in range(STEPS - 1):
        stack.take()
    found: dict[str, list[float]] = {"gradient": [], "moved": []}
    for r, net in enumerate(references):
        begun = net.K.detach().clone()
        optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=protocol.rate)
        for step, batch in enumerate(order.split(size)):
            optimizer.zero_grad()
            points = sets[r][0]
            logits = net(torch.as_tensor(points.X)[batch].double())
            torch.nn.functional.cross_entropy(logits, torch.as_tensor(points.c)[batch]).backward()
            assert net.K.grad is not None
            if step == 0:
                found["gradient"].append(_apart(gradients[r], net.K.grad))
            optimizer.step()
        moved = net.K.detach() - begun
        found["moved"].append(_apart(stack.layers["K"][0][:, r].double().cpu() - begun, moved))
    return {name: max(errors) for name, errors in found.items()}


def _random(net: Net, N: int, seed: int) -> Sets:
    rng = np.random.default_rng(seed)
    points = PointSet(rng.random((N, net.d), np.float32), rng.integers(0, net.classes, N), net.classes)
    return points, points


def _apart(found: Tensor, true: Tensor) -> float:
    """The largest relative error of a layer; NaN if anything is NaN."""
    return float(((found - true).flatten(1).norm(dim=1) / true.flatten(1).norm(dim=1)).max())


# ---- how long a step takes


def bench(configuration: Configuration, device: str, *, R: int = 8, repeats: int = 20) -> dict[str, float]:
    """Milliseconds a step and net: autograd with fused Adam, and this library's steps; one by one and as a graph."""
    size, net = configuration.protocol.batch_size, configuration.network(0)
    sets = _random(net, 100 * size, 0)
    x, c = (torch.as_tensor(part[:size], device=device) for part in (sets[0].X, sets[0].c))
    steps: dict[str, Callable[[], tuple[Callable[[], object], int]]] = {
        "autograd": lambda: (_autograd(net, configuration.protocol, x, c), 1),
        "autograd, graph": lambda: (_graph(_autograd(net, configuration.protocol, x, c)), 1),
        "layerwise, graph": lambda: (_layerwise(net, configuration.protocol, x, c), 1),
    }
    for count in (1, R):
        for captured in (False, True):
            name = f"stack of {count}{', graph' if captured else ''}"
            steps[name] = lambda count=count, captured=captured: (  # type: ignore[misc]  # mypy infers no type for a lambda with defaults
                Stack([net] * count, [sets] * count, configuration.protocol, device=device, captured=captured).take,
                count,
            )
    found = {}
    for name, make in steps.items():
        if device == "cpu" and "graph" in name:
            continue
        with contextlib.suppress(torch.OutOfMemoryError):
            step, count = make()
            found[name] = milliseconds(step, device, repeats) / count
            del step
        if device != "cpu":
            torch.cuda.empty_cache()
    return found


def _autograd(net: Net, protocol: Protocol, x: Tensor, c: Tensor) -> Callable[[], None]:
    net = copy.deepcopy(net).to(x.device)
    trained = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=protocol.rate, fused=True, capturable=x.is_cuda)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x), c).backward()
        optimizer.step()

    return step


def _graph(step: Callable[[], None]) -> Callable[[], None]:
    """The step as a CUDA graph, made as PyTorch asks for."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def _layerwise(net: Net, protocol: Protocol, x: Tensor, c: Tensor) -> Callable[[], None]:
    steps = Layerwise(copy.deepcopy(net).to(x.device), protocol)
    return lambda: steps.take(x, c)


def milliseconds(step: Callable[[], object], device: str, repeats: int) -> float:
    """Of one step, the mean of some after a few others."""
    for _ in range(5):
        step()
    _wait(device)
    started = time.perf_counter()
    for _ in range(repeats):
        step()
    _wait(device)
    return 1000 * (time.perf_counter() - started) / repeats


def copy_rate(device: str, size: int = 1 << 30) -> float:
    """Bytes a second, read and written, that a copy of so many bytes moves."""
    a, b = (torch.ones(size // 4, device=device) for _ in range(2))
    return 1000 * 2 * size / milliseconds(lambda: b.copy_(a), device, 20)


def least(configuration: Configuration, rate: float) -> float:
    """Milliseconds in which `PASSES` over the layers' weights move at a rate in bytes per second."""
    return 1000 * PASSES * 4 * configuration.L * configuration.d_hat * (configuration.d_hat + 1) / rate


def _wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


# ---- the runs


@dataclass(eq=False)
class Output:
    """A folder with what is to come back, as few files as may be; `keep` may be called from several threads."""

    folder: Path
    store: Store
    measurements: dict[str, Any] = field(default_factory=dict)
    features: dict[str, Tensor] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def measure(self, **measured: Any) -> None:
        """Keep measurements by name."""
        with self.lock:
            self.measurements |= measured
            files.write(self.folder / "measurements.json", json.dumps(self.measurements, indent=1).encode())
        print(json.dumps(measured), flush=True)

    def keep(self, record: records.Record, features: dict[str, Tensor]) -> None:
        """Keep a record and the features of its net."""
        run = record["run"]
        with self.lock:
            self.store.save(record)
            self.features |= {f"{slug(run['row'])}/seed-{run['seed']}/{name}": t for name, t in features.items()}
            files.write(self.folder / "records.tar", self._pack)
            files.write(self.folder / "features.safetensors", lambda path: save_file(self.features, path))
        results = record["results"]
        accuracy, epochs = 100 * results["final"]["val_accuracy"], results["epochs"]
        print(
            f"{run['row']}, seed {run['seed']}: {accuracy:.2f} % after {epochs} epochs ({results['ended']})", flush=True
        )

    def _pack(self, path: Path) -> None:
        with tarfile.open(path, "w") as tar:
            tar.add(self.store.folder, arcname="results")


def features(net: Net, sets: Sets) -> dict[str, Tensor]:
    """Of both sets: principal components of the output features, fitted to each as figures do; labels; predictions."""
    found = {}
    for name, points in zip(("training", "validation"), sets, strict=True):
        with torch.no_grad():
            Y = net.states(torch.as_tensor(points.X, device=net.K.device))[-1].cpu().numpy()
        if not np.isfinite(Y).all():
            continue
        fitted = principal(Y, min(COMPONENTS, *Y.shape), points.c)
        found[f"{name}/components"] = torch.as_tensor(fitted.transform(Y).astype(np.float32))
        found[f"{name}/explained"] = torch.as_tensor(fitted.explained_variance_ratio_.astype(np.float32))
        found[f"{name}/labels"] = torch.as_tensor(points.c.astype(np.uint8))
        found[f"{name}/probabilities"] = torch.as_tensor(net.predict_proba(points.X).astype(np.float32))
    return found


def train(
    todo: Sequence[Sequence[Run]],
    output: Output,
    until: float,
    *,
    device: str,
    source: str = "original",
    captured: bool = True,
    lanes: int = LANES,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Train groups of runs, some side by side, and keep what ends before the clock shows `until`."""
    queue, lock = list(todo), threading.Lock()

    def next_group() -> Sequence[Run] | None:
        with lock:
            return queue.pop(0) if queue and clock() < until else None

    def lane() -> None:
        with torch.cuda.stream(torch.cuda.Stream()) if device != "cpu" else contextlib.nullcontext():
            while (runs := next_group()) is not None:
                started = clock()
                for epoch, ended in enumerate(shared_card.train(runs, source, device, captured=captured), 1):
                    print(f"{runs[0].row}: epoch {epoch}, {clock() - started:.1f} s", flush=True)
                    for run, sets, net, history in ended:
                        record = shared_card.record_of(run, net, history, clock() - started, source, len(runs))
                        output.keep(record, features(net, sets))
                    if clock() >= until:
                        break

    with ThreadPoolExecutor(lanes) as pool:
        for done in [pool.submit(lane) for _ in range(lanes)]:
            done.result()


def wanted(rows: Sequence[tuple[str, str]], store: Store | None, source: str = "original") -> list[Run]:
    """The runs of rows that a store lacks."""
    runs = [run for name, row in rows for run in runs_of(name) if run.row == row]
    return [run for run in runs if store is None or not store.find(run, source=source).current]


def main(argv: Sequence[str] | None = None) -> int:
    """Check, time and train; 1 if the step is not that of the reference."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.card", description=str(__doc__))
    parser.add_argument("--out", type=Path, required=True, help="folder for what comes back")
    parser.add_argument("--store", type=Path, help="folder of records that need not be made again")
    parser.add_argument("--seconds", type=float, default=500.0, help="for everything (default: %(default)s)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda", help="cpu is Triton's interpreter")
    parser.add_argument("--no-bench", action="store_true", help="time nothing")
    options = parser.parse_args(argv)
    until = time.monotonic() + options.seconds
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        output = Output(options.out, Store(Path(folder) / "results"))
        return work(output, wanted(ROWS, options.store and Store(options.store)), until, options)


def work(output: Output, runs: Sequence[Run], until: float, options: argparse.Namespace) -> int:
    """Check, time and train the runs."""
    device = options.device
    kinds = {f"{run.configuration.net_name}, d_hat = {run.configuration.d_hat}": run.configuration for run in runs}
    output.measure(device=torch.cuda.get_device_name() if device != "cpu" else device, versions=records.versions())
    captured = False
    for attempt in (True, False):
        errors = _checked(kinds, device, attempt)
        output.measure(**{"check, graph" if attempt else "check, kernels": errors})
        captured = captured or (attempt and right(errors))
    if not captured and not right(errors):
        return 1
    if not options.no_bench:
        rate = copy_rate(device, 1 << 30 if device != "cpu" else 1 << 20)
        for name, configuration in kinds.items():
            times, floor = bench(configuration, device), least(configuration, rate)
            shares = {kind: floor / time for kind, time in times.items()}
            output.measure(**{name: {"ms": times, "least ms": floor, "share": shares, "copy rate": rate}})
    train(shared_card.groups(runs), output, until, device=device, captured=captured)
    return 0


def _checked(kinds: dict[str, Configuration], device: str, captured: bool) -> dict[str, Any]:
    """Errors by net; what a graph raises is told, since the kernels may do without."""
    try:
        return {name: check(replace(of, L=min(of.L, 10)), device, captured=captured) for name, of in kinds.items()}
    except RuntimeError as error:
        return {"error": str(error)}


def right(errors: dict[str, Any]) -> bool:
    """Whether all errors of a check are within the tolerances."""
    return all(
        not isinstance(found, str) and found["gradient"] <= GRADIENT and found["moved"] <= MOVED
        for found in errors.values()
    )


if __name__ == "__main__":
    raise SystemExit(main())
