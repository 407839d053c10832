"""Several nets of one architecture trained at once on a graphics card, each as if it were alone.

One step of one net leaves a card mostly waiting: its thousands of small products each fill a corner of the chip.  A
`Stack` gives every kernel the same layer of all nets, see `fused`, and replays a whole step as one CUDA graph, which
also draws the batches.  The step is that of `engine`: the costate sweep with each layer's update in it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import torch
import triton
from torch import Tensor, nn

from rknet.adjoint.steps import Step
from rknet.checks import whole
from rknet.data.points import PointSet
from rknet.engines.layerwise import fused
from rknet.engines.layerwise.cuda import WARM, optimizer
from rknet.engines.layerwise.engine import Layerwise
from rknet.history import History
from rknet.identity import computes
from rknet.nets import Net
from rknet.prediction import batched
from rknet.protocol import LOSSES, Protocol, check_fit
from rknet.stopping import ending

ENGINE = "layerwise"
"""What a history says of who took the steps: the numbers are those of that engine to rounding."""

ROWS, COLUMNS, TILE = 4, 32, (16, 128)
"""Rows of K for a program of a stage, columns for one on the way back, and rows and columns for one of an update."""

WARPS = {"stage": 4, "stage_back": 8, "update": 4}
"""Warps for a program of each kernel."""

CAPTURING = threading.Lock()
"""A capture begins with waiting for the whole card, which is refused while another one is under way."""

Sets = tuple[PointSet, PointSet]
"""Training and validation set."""


def obstacle(net: Net, protocol: Protocol) -> str | None:
    """Why a net cannot be trained in a stack by a protocol, or None if it can."""
    reason = Layerwise.obstacle(net, protocol)
    if reason is not None:
        return reason
    reasons = {
        f"the weights are of {net.K.dtype}": net.K.dtype != torch.float32,
        f"sigma is {net.activation!r}": net.activation != "tanh",
        f"the optimiser is {protocol.optimizer!r}": protocol.optimizer != "adam",
        "the lift is trained": any(p.requires_grad for p in net.lift.parameters()),
        "the classifier is not trained": not (net.W.requires_grad and net.mu.requires_grad),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


class Stack:
    """Nets of one architecture and their optimisers, ready for a protocol.

    Parameters
    ----------
    nets
        R nets for which `obstacle` returns None.  Their weights are copied; `write_back` returns them.
    sets
        The samples of each net; all training sets are of one size, which the batch size divides.
    protocol
        Decides loss, learning rate and batch size.
    device
        Where to compute: ``"cuda"``, or ``"cpu"`` with Triton's interpreter (TRITON_INTERPRET=1), which is for tests.
    captured
        Whether steps are replayed as a CUDA graph.

    Raises
    ------
    ValueError
        If a net or the sizes do not fit.
    """

    def __init__(
        self, nets: Sequence[Net], sets: Sequence[Sets], protocol: Protocol, *, device: str, captured: bool = True
    ) -> None:
        _check(nets, sets, protocol)
        self.nets, self.protocol, self.device = list(nets), protocol, device
        self.captured, self.taken = captured and device != "cpu", 0
        self.graph: torch.cuda.CUDAGraph | None = None
        net = nets[0]
        step = Step.of(net)
        self.step, self.S, self.L, self.D, self.N = step, step.tableau.stages, net.L, net.d_hat, protocol.batch_size
        self.loss = LOSSES[protocol.loss]
        self.C, self.B = (torch.tensor(table, device=device) for table in coefficients(step))

        def stacked(name: str, axis: int) -> Tensor:
            shape = list(getattr(net, name).shape)
            shape.insert(axis, len(nets))
            out = torch.empty(shape, device=device)
            for r, one in enumerate(nets):
                out.select(axis, r).copy_(getattr(one, name).detach())
            return out

        self.layers = {name: [stacked(name, 1)] for name in "Kb"}
        for weights in self.layers.values():
            weights += [torch.zeros_like(weights[0]) for _ in "mv"]
        self.W, self.mu = (nn.Parameter(stacked(name, 0)) for name in ("W", "mu"))
        self.optimizer = optimizer(protocol, [self.W, self.mu])
        self.t = torch.zeros((), dtype=torch.float64, device=device)
        self.bias = torch.zeros(2, device=device)
        # Of each net both sets in a row, lifted: no step changes that.
        self.x, self.c = map(list, zip(*(self._lifted(*pair) for pair in zip(nets, sets, strict=True)), strict=True))
        self.samples = len(sets[0][0])
        self.order = torch.zeros(len(nets), self.samples // self.N, self.N, dtype=torch.int64, device=device)
        self.batch = torch.zeros(1, dtype=torch.int64, device=device)
        self._allocate()

    def _lifted(self, net: Net, sets: Sets) -> tuple[Tensor, Tensor]:
        """The samples of both sets, lifted, and their labels."""
        x, c = (np.concatenate(parts) for parts in zip(*((points.X, points.c) for points in sets), strict=True))
        with torch.no_grad():
            return net.lift(torch.as_tensor(x, dtype=torch.float32)).to(self.device), torch.as_tensor(c).to(self.device)

    def _allocate(self) -> None:
        """Room for what a step computes."""
        R, stages = len(self.nets), self.L * self.S

        def room(count: int) -> Tensor:
            return torch.zeros(count, R, self.N, self.D, device=self.device)

        self.Y, self.F, self.z = room(stages + 1), room(stages), room(stages)
        self.f_y, self.p = room(self.S), room(1)
        self.which = torch.arange(R, device=self.device)[:, None]
        self.x_train, self.c_train = (torch.stack([part[: self.samples] for part in of]) for of in (self.x, self.c))

    def keep(self, chosen: Sequence[int]) -> None:
        """Go on with some of the nets only."""
        at = torch.tensor(chosen, device=self.device)
        state = self.optimizer.state_dict()["state"]
        self.nets = [self.nets[r] for r in chosen]
        self.x, self.c = ([of[r] for r in chosen] for of in (self.x, self.c))
        self.layers = {name: [w.index_select(1, at) for w in of] for name, of in self.layers.items()}
        self.W, self.mu = (nn.Parameter(w.detach()[at]) for w in (self.W, self.mu))
        self.optimizer = optimizer(self.protocol, [self.W, self.mu])
        kept = {k: {slot: v[at] if v.ndim else v for slot, v in slots.items()} for k, slots in state.items()}
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": kept})
        self.order = self.order[at]
        self.graph, self.taken = None, 0
        self._allocate()

    def epoch(self, orders: Sequence[np.ndarray]) -> None:
        """A step for each batch of each net's training set in the given order."""
        self.order.copy_(torch.from_numpy(np.stack(orders)).view_as(self.order))
        self.batch.zero_()
        for _ in range(self.order.shape[1]):
            self.take()

    def take(self) -> None:
        """The step of all nets on their next batches, from the `WARM`-th on as a graph."""
        if not self.captured or self.taken < WARM:
            self.train()
        else:
            if self.graph is None:
                self.graph = self._capture()
            self.graph.replay()
        self.taken += 1

    def _capture(self) -> torch.cuda.CUDAGraph:
        """Record a step as a graph.  Other threads may compute meanwhile, but must not record."""
        graph = torch.cuda.CUDAGraph()
        with CAPTURING, torch.cuda.graph(graph, stream=torch.cuda.Stream(), capture_error_mode="thread_local"):
            self.train()
        return graph

    def train(self) -> None:
        """The step of all nets on their next batches, kernel by kernel."""
        chosen = self.order.index_select(1, self.batch)[:, 0]
        self.batch += 1
        self.t += 1
        self.bias[0] = self.protocol.rate / (1 - 0.9**self.t)
        self.bias[1] = (1 - 0.999**self.t) ** -0.5
        self.Y[0] = self.x_train[self.which, chosen]
        for l in range(self.L):
            self._forth(l)
        self.p[0] = self._head(self.c_train[self.which, chosen])
        self.z[-1] = self.step.hbeta[-1] * (1 - self.F[-1] ** 2) * self.p[0]
        for l in reversed(range(self.L)):
            self._back(l)

    def _head(self, c: Tensor) -> Tensor:
        """The classifier's step on samples with labels c (R, N); the derivative of the costs by y[L] (R, N, d_hat)."""
        y = self.Y[-1].detach().requires_grad_()
        logits = torch.baddbmm(self.mu[:, None], y, self.W.mT)
        (len(self.nets) * self.loss(logits.flatten(0, 1), c.flatten())).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        assert y.grad is not None
        return y.grad

    def _forth(self, l: int) -> None:
        """The forward pass through layer l."""
        (K, *_), (b, *_) = self.layers.values()
        here = slice(l * self.S, None)
        grid = (triton.cdiv(self.D, ROWS), len(self.nets))
        for i in range(self.S):
            fused.stage[grid](
                K[l],
                b[l],
                self.Y[here],
                self.F[here],
                self.C,
                i,
                CARRIED=self.step.carried,
                **self._sizes,
                ROWS=ROWS,
                num_warps=WARPS["stage"],
            )

    def _back(self, l: int) -> None:
        """The costates of layer l and the step of its weights; p[0] is not computed."""
        (K, m_K, v_K), (b, m_b, v_b) = self.layers.values()
        here = slice(l * self.S, None)
        grid = (triton.cdiv(self.D, COLUMNS), len(self.nets))
        for i in reversed(range(self.S)):
            if l or i:
                fused.stage_back[grid](
                    K[l],
                    self.F[here],
                    self.z[here],
                    self.f_y,
                    self.p,
                    self.B,
                    i,
                    **self._sizes,
                    COLUMNS=COLUMNS,
                    num_warps=WARPS["stage_back"],
                )
        rows, columns = TILE
        fused.update[triton.cdiv(self.D, columns), triton.cdiv(self.D, rows), len(self.nets)](
            K[l],
            m_K[l],
            v_K[l],
            b[l],
            m_b[l],
            v_b[l],
            self.z[here],
            self.Y[here],
            self.bias,
            S=self.S,
            N=self.N,
            D=self.D,
            ROWS=rows,
            COLUMNS=columns,
            num_warps=WARPS["update"],
        )

    @property
    def _sizes(self) -> dict[str, int]:
        powers = {"N2": triton.next_power_of_2(self.N), "D2": triton.next_power_of_2(self.D)}
        return {"S": self.S, "N": self.N, "D": self.D, **powers}

    @torch.no_grad()
    def statistics(self, r: int) -> list[float]:
        """Cost and accuracy of net r on its training set, then on its validation set."""

        def forward(y: Tensor) -> Tensor:
            for K, b in zip(self.layers["K"][0][:, r], self.layers["b"][0][:, r], strict=True):
                y, _ = self.step((K[None], b[None]), y)
            return torch.addmm(self.mu[r], y, self.W[r].T)

        logits, found = batched(forward, self.x[r], self.D), []
        for part in (slice(self.samples), slice(self.samples, None)):
            right = logits[part].argmax(dim=1) == self.c[r][part]
            found += [self.loss(logits[part], self.c[r][part]).item(), right.double().mean().item()]
        return found

    @torch.no_grad()
    def write_back(self, r: int) -> Net:
        """Net r, moved to the device, with its weights."""
        net = self.nets[r].to(self.device)
        net.K.copy_(self.layers["K"][0][:, r])
        net.b.copy_(self.layers["b"][0][:, r])
        net.W.copy_(self.W[r])
        net.mu.copy_(self.mu[r])
        return net


def coefficients(step: Step) -> tuple[list[list[float]], list[list[float]]]:
    """The tables C (S, S) and B (S, S+2) of `rknet.engines.layerwise.fused.stage` and `stage_back`."""
    A, beta, S = step.hA, step.hbeta, step.tableau.stages
    forth = [*A[1:], beta]
    back = [[float(step.carried), *[1.0] * S, beta[-1]]]
    back += [[beta[i], *(A[j][i] for j in range(S)), 1.0] for i in range(S - 1)]
    return forth, back


def fit_together(
    nets: Sequence[Net],
    sets: Sequence[Sets],
    protocol: Protocol = Protocol(),
    *,
    seeds: Sequence[int],
    device: str = "cuda",
    captured: bool = True,
) -> Iterator[dict[int, tuple[Net, History]]]:
    """Train nets at once, each on its own sets and by its own order, and stop each by its own costs.

    After each epoch hand out those whose training has ended, by their number: the net, now on the device, and its
    history as `rknet.fit` returns it.  A caller may stop asking at any time.

    Parameters
    ----------
    nets, sets, protocol, device, captured
        See `Stack`.
    seeds
        Of each net's order of the samples, as the `seed` of `rknet.fit`.

    Raises
    ------
    ValueError
        If a net or the sizes do not fit.
    """
    if len(seeds) != len(nets):
        raise ValueError(f"seeds: must be as many as nets, {len(nets)}, got {len(seeds)}; give each net a seed")
    stack = Stack(nets, sets, protocol, device=device, captured=captured)
    rngs = [np.random.default_rng(whole("seeds", seed, least=0)) for seed in seeds]
    rows = [[stack.statistics(r)] for r in range(len(nets))]
    going = list(range(len(nets)))
    while going:
        stack.epoch([rngs[n].permutation(len(sets[n][0])) for n in going])
        done: dict[int, tuple[Net, History]] = {}
        for r, n in enumerate(going):
            rows[n].append(stack.statistics(r))
            ended = ending(protocol, rows[n])
            if ended is not None:
                train_cost, train_accuracy, val_cost, val_accuracy = np.array(rows[n]).T
                history = History(train_cost, train_accuracy, val_cost, val_accuracy, ended, ENGINE)
                done[n] = stack.write_back(r), history
        yield done
        if done:
            left = [r for r, n in enumerate(going) if n not in done]
            going = [going[r] for r in left]
            if going:
                stack.keep(left)


def _check(nets: Sequence[Net], sets: Sequence[Sets], protocol: Protocol) -> None:
    for net in nets:
        reason = obstacle(net, protocol)
        if reason is not None:
            raise ValueError(f"nets: must all be nets that a stack can train, but {reason}; use rknet.fit for this one")
        if computes(net) != computes(nets[0]):
            raise ValueError(
                f"nets: must be of one architecture, got {computes(net)} beside {computes(nets[0])}; "
                f"train them in stacks of their own"
            )
    for net, (train, validation) in zip(nets, sets, strict=False):
        check_fit(net, train, validation, protocol)
    sizes = {len(train) for train, _ in sets}
    if len(sets) != len(nets) or len(sizes) != 1 or min(sizes) % protocol.batch_size:
        raise ValueError(
            f"sets: must be as many as nets, {len(nets)}, with training sets of one size that the batch size "
            f"{protocol.batch_size} divides, got {len(sets)} of sizes {sorted(sizes)}; draw them alike"
        )
