"""What changes a net's numbers sends it to PyTorch, keeps it out of the cache and tells its checkpoints apart."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook
from torch.nn.utils import parametrizations, prune

from rknet import (
    ACTIVATIONS,
    LIFTS,
    TABLEAUS,
    EulerNet,
    Net,
    PointSet,
    Protocol,
    RK4Net,
    RKNet,
    StandardNet,
    adjoint,
    draw,
    fit,
    identity,
    lifts,
    split,
)
from rknet.adjoint.steps import Step
from rknet.checkpoint import Checkpoint, OtherTraining
from rknet.convolution import ConvolutionalRKNet
from rknet.engines.compiled.engine import Compiled
from rknet.engines.layerwise.engine import Layerwise
from rknet.identity import computes, description
from rknet.playground import Playground
from rknet.prediction import last
from rknet.registry import Registry
from rknet.study import cache

ROUNDING = 1e-6
"""Float32 outputs of two ways to compute the same."""
ONE = Protocol(epochs=1)


def plain(seed: int = 5) -> RK4Net:
    """A net that every engine knows."""
    return RK4Net(2, 4, 2, 2, lift="linear", seed=seed)


def points() -> tuple[PointSet, PointSet]:
    """Training and validation points for it."""
    return split(draw("donut_2D", 60), 30)


class Scaled(RK4Net):
    """A right-hand side of its own."""

    def f(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """Twice the usual."""
        return 2 * super().f(K, b, y)


class Stepping(RK4Net):
    """Steps of its own, in a method with an underscore."""

    def _propagate(self, x: Tensor) -> list[Tensor]:
        return [2 * y for y in super()._propagate(x)]


class Hidden(RK4Net):
    """A weight that is computed."""

    @property
    def b(self) -> Tensor:
        """Twice the parameter."""
        return 2 * self._parameters["b"]


class Called(RK4Net):
    """Logits of its own, by the call."""

    def __call__(self, x: Tensor) -> Tensor:
        """Twice the usual."""
        return 2 * super().__call__(x)


class Mixin:
    """Logits of its own."""

    def forward(self, x: Tensor) -> Tensor:
        """Twice the usual."""
        return 2 * super().forward(x)


class Mixed(Mixin, RK4Net):
    """With the logits of the mixin."""


class Normalised(RK4Net):
    """Logits of normalised features."""

    def __init__(self, *sizes: int, **options: object) -> None:
        super().__init__(*sizes, **options)
        self.norm = nn.BatchNorm1d(self.d_hat)

    def forward(self, x: Tensor) -> Tensor:
        """W norm(y[L]) + mu."""
        return torch.addmm(self.mu, self.norm(last(self._propagate(x))), self.W.T)


class Bent(lifts.RandomLinear):
    """A lift that is not linear."""

    def forward(self, x: Tensor) -> Tensor:
        """sin(M x)."""
        return torch.sin(super().forward(x))


def attribute(name: str, value: object) -> Callable[[], Net]:
    """A maker of the plain net with another attribute."""

    def make() -> Net:
        net = plain()
        setattr(net, name, value)
        return net

    return make


def doing(action: Callable[[Net], object]) -> Callable[[], Net]:
    """A maker of the plain net after an action on it."""

    def make() -> Net:
        net = plain()
        action(net)
        return net

    return make


def of_class(kind: type[Net]) -> Callable[[], Net]:
    """A maker of the plain net's like of another class."""
    return lambda: kind(2, 4, 2, 2, lift="linear", seed=5)


def halve(gradient: Tensor) -> Tensor:
    """A hook."""
    return gradient / 2


def halve_grad(parameter: Tensor) -> None:
    """A hook after the gradient is there."""
    parameter.grad /= 2


def double(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
    """A hook of a module."""
    return 2 * output


def tied(net: Net) -> None:
    """W and b in the same memory."""
    net.W = net.b


def bent(net: Net) -> None:
    """A lift of another class."""
    net.lift = Bent(2, 4, np.random.default_rng(0))


ALTERED: dict[str, Callable[[], Net]] = {
    "sigma": attribute("sigma", torch.sin),
    "f on the instance": doing(lambda net: setattr(net, "f", lambda K, b, y: 2 * RK4Net.f(net, K, b, y))),
    "layer on the instance": doing(lambda net: setattr(net, "layer", lambda K, b, y: 2 * RK4Net.layer(net, K, b, y))),
    "forward on the instance": doing(lambda net: setattr(net, "forward", lambda x: 2 * RK4Net.forward(net, x))),
    "lift's forward": doing(lambda net: setattr(net.lift, "forward", lambda x: torch.sin(x @ net.lift.matrix.T))),
    "lift of another class": doing(bent),
    "f of a class": of_class(Scaled),
    "step of a class": of_class(Stepping),
    "weight of a class": attribute("__class__", Hidden),
    "call of a class": of_class(Called),
    "forward of a mixin": of_class(Mixed),
    "batch normalisation": of_class(Normalised),
    "forward hook": doing(lambda net: net.register_forward_hook(double)),
    "backward hook": doing(lambda net: net.lift.register_full_backward_hook(lambda *_: None)),
    "hook of a tensor": doing(lambda net: net.K.register_hook(halve)),
    "hook after accumulation": doing(lambda net: net.K.register_post_accumulate_grad_hook(halve_grad)),
    "hook of the state": doing(lambda net: net._register_state_dict_hook(lambda *_: None)),
    "weight norm": doing(lambda net: parametrizations.weight_norm(net, "K")),
    "pruned": doing(lambda net: prune.l1_unstructured(net, "K", 0.5)),
    "compiled": doing(lambda net: net.compile()),
    "tied": doing(tied),
    "further parameter": doing(lambda net: net.register_parameter("more", nn.Parameter(torch.ones(2)))),
}


@pytest.mark.parametrize("make", ALTERED.values(), ids=ALTERED)
def test_what_other_engines_do_not_know(make: Callable[[], Net]) -> None:
    """Values cannot tell what such a net computes, so no other engine takes it."""
    assert computes(make()) is None
    for module in (Compiled, Layerwise):
        assert module.obstacle(make(), ONE)
    with pytest.raises(ValueError, match="engine: must be 'auto' or 'torch'"):
        fit(make(), *points(), ONE, engine="compiled")


@pytest.mark.parametrize("name", [name for name in ALTERED if name != "compiled"])  # needs a C++ compiler
def test_such_nets_train_as_in_pytorch(name: str) -> None:
    """By default each trains with its change in force: like by PyTorch, and unlike the plain net."""
    net = ALTERED[name]()
    assert fit(net, *points(), ONE).engine == "torch"
    by_hand = ALTERED[name]()
    train, optimizer = points()[0], torch.optim.Adam([p for p in by_hand.parameters() if p.requires_grad])
    for batch in torch.from_numpy(np.random.default_rng(0).permutation(30)).split(5):
        optimizer.zero_grad()
        logits = by_hand(torch.from_numpy(train.X)[batch])
        nn.functional.cross_entropy(logits, torch.from_numpy(train.c)[batch]).backward()
        optimizer.step()
    for (key, found), expected in zip(net.named_parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=ROUNDING, msg=key)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Net]]:
    """The nets that are trained and not remembered."""
    monkeypatch.setenv("RKNET_CACHE", str(tmp_path))
    trained: list[Net] = []

    def counted(net: Net, *arguments: object, **options: object) -> object:
        trained.append(net)
        return fit(net, *arguments, **options)

    monkeypatch.setattr(cache, "fit", counted)
    yield trained


@pytest.mark.parametrize("name", [name for name in ALTERED if name != "compiled"])
def test_the_cache_keeps_plain_nets_only(name: str, trainings: list[Net], tmp_path: Path) -> None:
    """A net with a change neither leaves its numbers to the plain net nor takes them from it."""
    for make in (plain, ALTERED[name], plain, ALTERED[name]):
        cache.cached_fit(make(), *points(), ONE)
    assert len(trainings) == 3
    assert len(list(tmp_path.glob("*.npz"))) == 1


def test_the_cache_tells_computations_apart(trainings: list[Net]) -> None:
    """What is changed on an instance and can be said in plain values makes another key."""

    def relu(net: Net) -> None:
        net.sigma = torch.relu

    def larger(net: Net) -> None:
        net.h = 0.5

    def scheme(net: Net) -> None:
        net.tableau = "kutta3"

    makers = [plain, doing(relu), doing(larger), doing(scheme)]
    costs = {cache.cached_fit(make(), *points(), ONE).train_cost[-1] for make in makers}
    assert len(costs) == len(trainings) == 4
    cache.cached_fit(RKNet(2, 4, 2, 2, tableau="kutta3", lift="linear", seed=5), *points(), ONE)
    assert len(trainings) == 4, "two names of the same net"


def test_nets_are_known_by_what_they_compute() -> None:
    """Not by their class or by attributes that decide nothing."""

    class Named(RK4Net):
        """No change."""

        def __init__(self) -> None:
            super().__init__(2, 4, 2, 2, lift="linear", seed=5)
            self.remark = "mine"

        def described(self) -> str:
            """A method that no other calls."""
            return self.remark

    same = [plain(), Named(), RKNet(2, 4, 2, 2, tableau=TABLEAUS["rk4"], lift="linear")]
    assert all(computes(net) == computes(plain()) for net in same)
    assert fit(Named(), *points(), ONE).engine == "compiled"
    other = [EulerNet(2, 4, 2, 2), StandardNet(2, 4, 2, 2), ConvolutionalRKNet((1, 1, 2), 2, 2, 2, tableau="rk4")]
    others = [*other, RK4Net(2, 4, 2, 2, lift="zero"), RK4Net(2, 4, 2, 2, h=0.1), RK4Net(2, 4, 2, 3)]
    assert len({repr(computes(net)) for net in [plain(), *others]}) == 7
    assert None not in [computes(net) for net in others]


def test_an_activation_of_another_name() -> None:
    """The engines apply what the net applies, whatever it was built with."""
    net, built = plain(), RK4Net(2, 4, 2, 2, activation="relu", lift="linear", seed=5)
    net.sigma = torch.relu
    for name in ("compiled", "layerwise", "torch"):
        found, expected = (fit(copy.deepcopy(of), *points(), ONE, engine=name) for of in (net, built))
        np.testing.assert_array_equal(found.train_cost, expected.train_cost)
    assert (net.activation, net.architecture) == ("relu", built.architecture)
    assert Playground(net=net).configuration["activation"] == "relu"


@pytest.mark.parametrize("registry, key", [(ACTIVATIONS, "tanh"), (LIFTS, "linear")])
def test_a_registry_that_was_changed(registry: Registry, key: str) -> None:
    """A known name for something else does not make it known."""
    before = registry[key]
    registry.replace(key, torch.sin if key == "tanh" else Bent)
    try:
        assert computes(plain()) is None
        assert fit(plain(), *points(), ONE).engine == "torch"
    finally:
        registry.replace(key, before)


REPLACED = [(Net, "f"), (RKNet, "layer"), (nn.Module, "__call__"), (lifts.MatrixLift, "forward")]


@pytest.mark.parametrize("kind, name", REPLACED)
def test_a_class_that_was_changed(kind: type, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A method replaced in a class of the library counts as a change of its nets."""
    before = getattr(kind, name)
    monkeypatch.setattr(kind, name, lambda self, *arguments: 2 * before(self, *arguments))
    net = plain()
    assert computes(net) is None
    assert Compiled.obstacle(net, ONE)
    monkeypatch.undo()
    assert Compiled.obstacle(net, ONE) is None


def test_hooks_of_all_modules(trainings: list[Net]) -> None:
    """A hook that PyTorch calls for every module."""
    handle = register_module_forward_hook(lambda module, inputs, output: output * (2 if isinstance(module, Net) else 1))
    try:
        hooked = cache.cached_fit(plain(), *points(), ONE)
    finally:
        handle.remove()
    assert hooked.engine == "torch"
    assert cache.cached_fit(plain(), *points(), ONE).engine == "compiled"


def test_hooks_that_are_gone() -> None:
    """A net whose hooks were removed is plain again."""
    net = plain()
    for handle in (net.register_forward_hook(double), net.K.register_hook(halve)):
        handle.remove()
    assert computes(net) == computes(plain())


def test_casts_of_pytorch() -> None:
    """Inside autocast only PyTorch honours it."""
    with torch.autocast("cpu", torch.bfloat16):
        assert "autocast" in (Compiled.obstacle(plain(), ONE) or "")
    assert Compiled.obstacle(plain(), ONE) is None


def test_a_wrapped_net_is_trained_by_pytorch() -> None:
    """`torch.compile` returns a module that is no net: it is not taken for one."""
    wrapped = torch.compile(plain(), backend="eager")
    assert "OptimizedModule" in (Compiled.obstacle(wrapped, ONE) or "")
    assert fit(wrapped, *points(), ONE).engine == "torch"


def test_arrays_in_one_buffer_are_not_tied() -> None:
    """Weights side by side in one array, as optimisers like them, are a plain net's; overlapping ones are not."""
    net = plain()
    flat = torch.cat([p.detach().flatten() for p in net.parameters()])
    first = 0
    for parameter in net.parameters():
        parameter.data = flat[first : first + parameter.numel()].view_as(parameter)
        first += parameter.numel()
    assert computes(net) == computes(plain())
    net.W.data = flat[:8].view(2, 4)
    assert computes(net) is None
    assert identity.overlap([torch.ones(1).expand(3)])


def test_a_lift_whose_matrix_is_trained() -> None:
    """Whether a matrix is trained is read from the matrix."""
    makers = []
    for kind in ("linear", "orthogonal"):
        net = RK4Net(2, 4, 2, 2, lift=kind, seed=5)
        net.lift.matrix = nn.Parameter(net.lift.matrix)
        makers.append(net)
    for net in makers:
        found, expected = (copy.deepcopy(net).double() for _ in "ab")
        assert fit(found, *points(), ONE).engine == "compiled"
        fit(expected, *points(), ONE, engine="torch")
        torch.testing.assert_close(found.lift.matrix, expected.lift.matrix, rtol=0, atol=1e-10)
        assert not torch.equal(found.lift.matrix, net.lift.matrix.double())


# Checkpoints.


def interrupted(net: Net, path: Path) -> None:
    """Train until a checkpoint is there."""
    keep = Checkpoint(path, every=0, keep=True)
    fit(net, *points(), Protocol(epochs=1), checkpoint=keep)
    assert path.exists()


def relu() -> Net:
    """The plain net with another activation."""
    net = plain()
    net.sigma = torch.relu
    return net


@pytest.mark.parametrize("other", [relu, of_class(Scaled), of_class(Stepping), of_class(Called)])
def test_checkpoints_of_another_computation(other: Callable[[], Net], tmp_path: Path) -> None:
    """A training goes on from a checkpoint of the same net, and refuses one of a net that computes something else."""
    interrupted(plain(), tmp_path / "one")
    with pytest.raises(OtherTraining, match="another .*net"):
        fit(other(), *points(), ONE, engine="torch", checkpoint=Checkpoint(tmp_path / "one"))
    interrupted(other(), tmp_path / "two")
    interrupted(other(), tmp_path / "two")
    with pytest.raises(OtherTraining, match="another .*net"):
        fit(plain(), *points(), ONE, engine="torch", checkpoint=Checkpoint(tmp_path / "two"))


def test_checkpoints_of_classes_with_values(tmp_path: Path) -> None:
    """Plain attributes of a class from elsewhere count."""

    def scaled(by: float) -> Net:
        net = Scaled(2, 4, 2, 2, lift="linear", seed=5)
        net.by = by
        return net

    assert description(scaled(1.0)) == description(scaled(1.0)) != description(scaled(2.0))
    interrupted(Normalised(2, 4, 2, 2), tmp_path / "normalised")


UNKNOWABLE = [
    "sigma",
    "f on the instance",
    "lift's forward",
    "forward hook",
    "hook of a tensor",
    "weight norm",
    "pruned",
]


@pytest.mark.parametrize("name", UNKNOWABLE)
def test_nets_that_no_checkpoint_can_tell(name: str, tmp_path: Path) -> None:
    """What no value or source states is refused before any work."""
    net = ALTERED[name]()
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(ValueError, match="checkpoint: must be of a net that can be told from others, got .*; leave"):
        fit(net, *points(), ONE, checkpoint=tmp_path / "file")
    assert all(torch.equal(before[key], tensor) for key, tensor in net.state_dict().items())


# Others that ask what a net computes.


@pytest.mark.parametrize("name", [name for name in ALTERED if name not in ("compiled", "tied")])
def test_the_page_takes_plain_nets_only(name: str) -> None:
    """The page cannot compute the change."""
    with pytest.raises(ValueError, match="net: must compute what a StandardNet or an RKNet does, got .*; the page"):
        Playground(net=ALTERED[name]())


@pytest.mark.parametrize(
    "name", ["sigma", "f on the instance", "layer on the instance", "f of a class", "step of a class"]
)
def test_the_adjoint_of_other_layers(name: str) -> None:
    """A layer that is changed has another adjoint."""
    with pytest.raises(ValueError, match="net: must have the layers of StandardNet or RKNet, got"):
        Step.of(ALTERED[name]())


@pytest.mark.parametrize("name", ["weight norm", "weight of a class"])
def test_the_adjoint_of_weights_that_are_computed(name: str) -> None:
    """The layers are the net's own, so the adjoint holds, and autograd goes on to what they are computed from."""
    net, x = ALTERED[name](), torch.randn(7, 2, generator=torch.Generator().manual_seed(0))
    weights = list(net.parameters())
    found = torch.autograd.grad(adjoint.forward(net, x).square().sum(), weights)
    expected = torch.autograd.grad(net(x).square().sum(), weights)
    for gradient, by_autograd in zip(found, expected, strict=True):
        torch.testing.assert_close(gradient, by_autograd, rtol=1e-5, atol=1e-5)  # float32 rounding


def test_validation_in_evaluation_mode() -> None:
    """Measuring uses the running statistics, moves none, and leaves every part in its mode."""
    net = Normalised(2, 4, 2, 2)
    net.lift.eval()
    train, validation = points()
    history = fit(net, train, validation, Protocol(epochs=1, batch_size=5))
    assert (net.training, net.norm.training, net.lift.training) == (True, True, False)
    assert net.norm.num_batches_tracked == 6
    frozen = copy.deepcopy(net).eval()
    expected = nn.functional.cross_entropy(frozen(torch.from_numpy(validation.X)), torch.from_numpy(validation.c))
    assert history.val_cost[-1] == pytest.approx(expected.item(), rel=ROUNDING)


def test_default_device() -> None:
    """A default device of PyTorch's makes no difference to nets on the CPU."""
    expected = [fit(plain(), *points(), ONE, engine=name).train_cost for name in ("compiled", "layerwise", "torch")]
    torch.set_default_device("meta")
    try:
        found = [fit(plain(), *points(), ONE, engine=name).train_cost for name in ("compiled", "layerwise", "torch")]
        assert fit(RK4Net(2, 3, 2, 1), *points(), ONE).engine == "compiled"
        assert Playground(net=RK4Net(2, 3, 2, 1)).weights["lift"].shape == (3, 2)
    finally:
        torch.set_default_device(None)
    np.testing.assert_array_equal(found, expected)
