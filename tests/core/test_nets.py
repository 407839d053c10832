"""The networks against independent implementations of (2.1) to (2.12), exact solutions and finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.func import functional_call

from rknet import ACTIVATIONS, TABLEAUS, EulerNet, Net, RK4Net, RKNet, StandardNet, Tableau
from rknet.tableaus import RK4

ROUNDING = 1e-12
"""Rounding of a net of a few layers in double precision, with room for sums of a few hundred terms."""
SLOPE = 0.1
"""How far the order observed with h = 1/32 and 1/64 may lie from its limit for h -> 0."""
EXPLICIT = [name for name, tableau in TABLEAUS.items() if tableau.explicit]

NETS: dict[str, Callable[..., Net]] = {"StandardNet": StandardNet, "EulerNet": EulerNet, "RK4Net": RK4Net}


def inputs(N: int = 7, d: int = 2, seed: int = 0) -> torch.Tensor:
    """Some points in double precision."""
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((N, d)))


def arrays(net: Net) -> dict[str, np.ndarray]:
    """The net's weights as NumPy arrays."""
    return {name: tensor.detach().numpy() for name, tensor in net.state_dict().items()}


def rk_step(
    A: list[list[float]], beta: list[float], h: float, controls: list[tuple[np.ndarray, np.ndarray]], y: np.ndarray
) -> np.ndarray:
    """(2.11) for one sample y and f = tanh(K y + b), with its own control (K, b) in each stage, entry by entry."""
    f: list[np.ndarray] = []
    for i, (K, b) in enumerate(controls):
        y_i = y + h * sum((A[i][j] * f[j] for j in range(i)), np.zeros_like(y))
        f.append(np.array([math.tanh(sum(K[r, q] * y_i[q] for q in range(len(y))) + b[r]) for r in range(len(y))]))
    return y + h * sum((beta[i] * f[i] for i in range(len(f))), np.zeros_like(y))


entries = st.fractions(min_value=-2, max_value=2, max_denominator=6)


@st.composite
def explicit_tableaus(draw: st.DrawFn) -> Tableau:
    """Random explicit schemes of one to six stages, zeros included."""
    s = draw(st.integers(1, 6))
    rows = [[str(draw(entries)) for _ in range(i)] for i in range(s)]
    return Tableau("random", rows, [str(draw(entries)) for _ in range(s)])


@settings(deadline=None, derandomize=True, max_examples=60)
@given(explicit_tableaus(), st.sampled_from([0.05, 0.3, 1.0]), st.integers(0, 99))
def test_step_of_any_explicit_scheme(tableau: Tableau, h: float, seed: int) -> None:
    """One layer is one step (2.12), that is (2.11) with the same control in every stage, for random schemes."""
    net = RKNet(3, 3, 2, 1, tableau=tableau, h=h, seed=seed).double()
    weights, x = arrays(net), inputs(2, 3, seed).numpy()
    A = [[float(Fraction(str(a))) for a in row] for row in tableau.A]
    beta = [float(Fraction(str(w))) for w in tableau.beta]
    controls = [(weights["K"][0], weights["b"][0])] * tableau.stages
    expected = [rk_step(A, beta, h, controls, y) for y in x]
    np.testing.assert_allclose(net.flow(x)[1], expected, rtol=ROUNDING, atol=ROUNDING)


def test_classic_step_as_in_textbooks() -> None:
    """RK4Net: y + h/6 (k1 + 2 k2 + 2 k3 + k4), layer after layer."""
    net, x, h = RK4Net(2, 4, 2, 3, h=0.4, seed=1).double(), inputs(), 0.4
    y = np.pad(x.numpy(), ((0, 0), (0, 2)))
    for K, b in zip(arrays(net)["K"], arrays(net)["b"], strict=True):
        k1 = np.tanh(y @ K.T + b)
        k2 = np.tanh((y + h / 2 * k1) @ K.T + b)
        k3 = np.tanh((y + h / 2 * k2) @ K.T + b)
        k4 = np.tanh((y + h * k3) @ K.T + b)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    np.testing.assert_allclose(net.flow(x)[-1], y, rtol=ROUNDING)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_euler_net_with_unit_step_is_a_resnet(activation: str) -> None:
    """(2.7) with h = 1 is y + sigma(Linear(y))."""
    net, x = EulerNet(3, 3, 2, 1, h=1, activation=activation, seed=2).double(), inputs(d=3)
    linear = nn.Linear(3, 3).double()
    linear.load_state_dict({"weight": net.K[0], "bias": net.b[0]})
    torch.testing.assert_close(net.states(x)[1], x + ACTIVATIONS[activation](linear(x)), rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize(
    ("activation", "module"),
    [("tanh", nn.Tanh), ("logistic", nn.Sigmoid), ("relu", nn.ReLU), ("softplus", nn.Softplus)],
)
def test_standard_net_is_a_sequential(activation: str, module: type[nn.Module]) -> None:
    """(2.2) is PyTorch's own stack of linear layers and activations, with the affine classifier last."""
    net, x = StandardNet(4, 4, 3, 2, activation=activation, seed=3).double(), inputs(d=4)
    peer = nn.Sequential(nn.Linear(4, 4), module(), nn.Linear(4, 4), module(), nn.Linear(4, 3)).double()
    weights = [(net.K[0], net.b[0]), (net.K[1], net.b[1]), (net.W, net.mu)]
    for layer, (weight, bias) in zip(peer[::2], weights, strict=True):
        layer.load_state_dict({"weight": weight, "bias": bias})
    torch.testing.assert_close(net(x), peer(x), rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize(
    ("activation", "formula"),
    [
        ("tanh", lambda x: (math.exp(x) - math.exp(-x)) / (math.exp(x) + math.exp(-x))),
        ("logistic", lambda x: 1 / (1 + math.exp(-x))),
        ("relu", lambda x: max(0.0, x)),
        ("softplus", lambda x: math.log(1 + math.exp(x))),
    ],
)
def test_activations(activation: str, formula: Callable[[float], float]) -> None:
    """The four activations are the formulas of (2.1)."""
    x = torch.linspace(-5, 5, 41, dtype=torch.double)
    expected = torch.tensor([formula(value) for value in x.tolist()], dtype=torch.double)
    torch.testing.assert_close(ACTIVATIONS[activation](x), expected, rtol=ROUNDING, atol=ROUNDING)


def test_tanh_is_a_shifted_logistic() -> None:
    """tanh(x) = 2 logistic(2x) - 1."""
    x = torch.linspace(-5, 5, 41, dtype=torch.double)
    torch.testing.assert_close(ACTIVATIONS["tanh"](x), 2 * ACTIVATIONS["logistic"](2 * x) - 1, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("name", EXPLICIT)
def test_observed_order_of_convergence(name: str) -> None:
    """On y' = tanh(y), solved by sinh y = e^t sinh y0, halving h divides the error by 2^order."""
    x, errors = np.linspace(0.2, 2, 10)[:, None], []
    for L in (32, 64):
        net = RKNet(1, 1, 2, L, tableau=name, h=1 / L).double()
        with torch.no_grad():
            net.K.fill_(1)
            net.b.zero_()
        errors.append(np.abs(net.flow(x)[-1] - np.arcsinh(math.e * np.sinh(x))).max())
    assert math.log2(errors[0] / errors[1]) == pytest.approx(TABLEAUS[name].order, abs=SLOPE)


@pytest.mark.parametrize("name", NETS)
def test_states(name: str) -> None:
    """The states have shape (L+1, N, d_hat), start at the lift and end where the classifier reads its logits."""
    net, x = NETS[name](2, 5, 3, 4, lift="linear").double(), inputs()
    states = net.states(x)
    assert states.shape == (5, 7, 5)
    assert torch.equal(states[0], net.lift(x))
    torch.testing.assert_close(net(x), states[-1] @ net.W.T + net.mu, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("name", NETS)
def test_states_are_layers_of_one_another(name: str) -> None:
    """Each state is the layer of the state before, with that layer's own weights."""
    net, x = NETS[name](2, 3, 2, 4, seed=5).double(), inputs()
    states = net.states(x)
    for l in range(4):
        assert torch.equal(states[l + 1], net.layer(net.K[l], net.b[l], states[l]))


@pytest.mark.parametrize("name", NETS)
def test_numpy_views(name: str) -> None:
    """`flow`, `predict_proba` and `predict` are states, softmax and most probable class, for NumPy data."""
    net, x = NETS[name](2, 3, 3, 2, seed=6).double(), inputs()
    logits = net(x).detach().numpy()
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(net.flow(x.numpy()), net.states(x).detach().numpy())
    np.testing.assert_allclose(net.predict_proba(x.numpy()), softmax, rtol=ROUNDING)
    np.testing.assert_array_equal(net.predict(x.numpy()), logits.argmax(axis=1))


@pytest.mark.parametrize(("d_hat", "L"), [(3, 1), (16, 20)])
@pytest.mark.parametrize("name", NETS)
def test_number_of_parameters(name: str, d_hat: int, L: int) -> None:
    """m = d_hat^2 + d_hat parameters per layer, whatever the scheme, and (d_hat + 1) for each class."""
    net = NETS[name](2, d_hat, 4, L)
    assert sum(p.numel() for p in net.parameters()) == L * (d_hat**2 + d_hat) + 4 * (d_hat + 1)


def test_nodes_are_irrelevant() -> None:
    """(2.12): with one control per layer, c does not appear."""
    shifted = Tableau("shifted", RK4.A, RK4.beta, ["1/7"] * 4)
    assert shifted != RK4
    nets = [RKNet(2, 3, 2, 3, tableau=tableau) for tableau in (RK4, shifted)]
    assert torch.equal(*(net.states(inputs().float()) for net in nets))


def test_tableau_by_name() -> None:
    """A scheme may be named; the named nets are cases of `RKNet`."""
    x = inputs().float()
    assert torch.equal(RKNet(2, 3, 2, 3, tableau="rk4")(x), RK4Net(2, 3, 2, 3)(x))
    assert torch.equal(RKNet(2, 3, 2, 3, tableau="euler")(x), EulerNet(2, 3, 2, 3)(x))


@pytest.mark.parametrize("name", NETS)
def test_samples_do_not_see_one_another(name: str) -> None:
    """A batch is its samples one by one, and moving one sample leaves the others where they were, bit for bit."""
    net, x = NETS[name](2, 6, 2, 10, seed=7).double(), inputs()
    single = torch.cat([net.states(row[None]) for row in x], dim=1)
    torch.testing.assert_close(net.states(x), single, rtol=ROUNDING, atol=ROUNDING)
    moved = x.clone()
    moved[3] += 1
    others = [0, 1, 2, 4, 5, 6]
    assert torch.equal(net.states(moved)[:, others], net.states(x)[:, others])
    assert not torch.equal(net.states(moved)[:, 3], net.states(x)[:, 3])


@pytest.mark.parametrize("lift", ["zero", "learned"])
@pytest.mark.parametrize("activation", ["tanh", "logistic", "softplus"])
@pytest.mark.parametrize("name", NETS)
def test_gradients_by_finite_differences(name: str, activation: str, lift: str) -> None:
    """Gradients with respect to every weight and the input are finite differences'."""
    net = NETS[name](2, 3, 2, 2, activation=activation, lift=lift, seed=8).double()
    names, weights = zip(*net.named_parameters(), strict=True)

    def logits(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        return functional_call(net, dict(zip(names, values, strict=True)), x)

    assert torch.autograd.gradcheck(logits, (inputs(3).requires_grad_(), *weights))


@pytest.mark.parametrize("name", [name for name in EXPLICIT if all(TABLEAUS[name].beta)])
def test_gradients_by_the_partner_scheme(name: str) -> None:
    """(3.24) to (3.26): the costates of the partner scheme, run backwards, are autograd's gradients.

    The condition of (2.12) sums over the stages: dF/du = h sum_i beta_i f_u^T p_i.
    """
    scheme, h, d = TABLEAUS[name], 0.6, 3
    A, beta, _ = scheme.arrays()
    A_tilde, s = scheme.partner.arrays()[0], scheme.stages
    net = RKNet(d, d, 2, 1, tableau=scheme, h=h, seed=9).double()
    x = inputs(1, d).requires_grad_()
    end = net.states(x)[-1, 0]
    p_end = np.array([0.7, -1.1, 0.4])
    gradients = torch.autograd.grad(end @ torch.from_numpy(p_end), (x, net.K, net.b))

    K, b = arrays(net)["K"][0], arrays(net)["b"][0]
    y = [x.detach().numpy()[0]] * s
    for i in range(s):
        y[i] = y[0] + h * sum((A[i, j] * np.tanh(K @ y[j] + b) for j in range(i)), np.zeros(d))
    slope = [1 - np.tanh(K @ y_i + b) ** 2 for y_i in y]
    # Unknowns p_1..p_s and p[0]: p_i - h sum_j a~_ij g_j = p[0], p[0] + h sum_i beta_i g_i = p_end, g_j = -f_y^T p_j.
    f_y_T = [(slope_j[:, None] * K).T for slope_j in slope]
    system, right = np.zeros((s + 1, d, s + 1, d)), np.zeros((s + 1, d))
    for i in range(s):
        system[i, :, i] += np.eye(d)
        system[i, :, s] -= np.eye(d)
        system[s, :, i] -= h * beta[i] * f_y_T[i]
        for j in range(s):
            system[i, :, j] += h * A_tilde[i, j] * f_y_T[j]
    system[s, :, s], right[s] = np.eye(d), p_end
    n = (s + 1) * d
    p = np.linalg.solve(system.reshape(n, n), right.reshape(n)).reshape(s + 1, d)

    d_b = [h * beta[i] * slope[i] * p[i] for i in range(s)]
    expected = p[s], sum(np.outer(d_b[i], y[i]) for i in range(s)), sum(d_b)
    for gradient, value in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient.numpy()[0], value, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("lift", ["zero", "linear", "orthogonal", "learned"])
def test_state_dict_roundtrip(lift: str) -> None:
    """A net of another seed that loads the weights computes the same."""
    net, other, x = (*(RK4Net(2, 4, 2, 3, lift=lift, seed=seed) for seed in (0, 1)), inputs().float())
    assert not torch.equal(net(x), other(x))
    other.load_state_dict(net.state_dict())
    assert torch.equal(net(x), other(x))


def test_double_precision() -> None:
    """`.double()` reaches every weight and every state, and agrees with single precision to its rounding."""
    net, x = RK4Net(2, 4, 2, 3, lift="linear"), inputs()
    single = net.states(x.float())
    double = net.double().states(x)
    assert (single.dtype, double.dtype) == (torch.float32, torch.float64)
    torch.testing.assert_close(single.double(), double, rtol=0, atol=1e-6)  # a few units of float32, 1e-7


@pytest.mark.parametrize("h", [0.05, (0.1, 0.2)])
def test_compiles_without_graph_breaks(h: float | tuple[float, ...]) -> None:
    """`torch.compile` traces a whole net, forward and backward, and changes nothing but rounding."""
    net, x = RK4Net(2, 4, 2, 2, h=h).double(), inputs()
    compiled = torch.compile(net, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(x), net(x), rtol=ROUNDING, atol=ROUNDING)
    expected = torch.autograd.grad(net(x).square().sum(), net.K)
    torch.testing.assert_close(torch.autograd.grad(compiled(x).square().sum(), net.K), expected)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop", "LBFGS"])
def test_any_optimizer_of_pytorch(optimizer: str) -> None:
    """A net is an ordinary module: any optimiser lowers its cost."""
    net, x = RK4Net(2, 4, 2, 3), inputs(40).float()
    c = (x[:, 0] > 0).long()
    steps = getattr(torch.optim, optimizer)(net.parameters(), lr=0.01)

    def closure() -> torch.Tensor:
        steps.zero_grad()
        cost = nn.functional.cross_entropy(net(x), c)
        cost.backward()
        return cost

    costs = [steps.step(closure).item() for _ in range(5)]
    assert costs[-1] < costs[0]


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("seed", [0, 123])
def test_weights_are_a_function_of_the_seed(name: str, seed: int) -> None:
    """Weights are NumPy's second stream of the seed, in the order K, b, W, mu, uniform with fan-in d_hat."""
    d_hat, classes, L = 5, 3, 4
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(2)[1])
    net = NETS[name](2, d_hat, classes, L, seed=seed)
    for weight, shape in (("K", (L, d_hat, d_hat)), ("b", (L, d_hat)), ("W", (classes, d_hat)), ("mu", (classes,))):
        drawn = rng.uniform(-1 / np.sqrt(d_hat), 1 / np.sqrt(d_hat), shape).astype(np.float32)
        np.testing.assert_array_equal(arrays(net)[weight], drawn)


def test_seeds_differ_and_leave_the_global_generators_alone() -> None:
    """Another seed gives other weights; PyTorch's own generator is neither read nor moved."""
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = StandardNet(2, 3, 2, 1, seed=0)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(1)
    assert torch.equal(StandardNet(2, 3, 2, 1, seed=0).K, first.K)
    assert not torch.equal(StandardNet(2, 3, 2, 1, seed=1).K, first.K)


@pytest.mark.parametrize("lift", ["linear", "orthogonal", "learned"])
def test_nets_that_differ_in_their_lift_share_their_layers(lift: str) -> None:
    """The lift has its own stream: the layers and the classifier are those of the net with zero padding."""
    padded, other = arrays(RK4Net(2, 4, 2, 3, seed=3)), arrays(RK4Net(2, 4, 2, 3, seed=3, lift=lift))
    for weight in ("K", "b", "W", "mu"):
        np.testing.assert_array_equal(padded[weight], other[weight])


@pytest.mark.parametrize("train_classifier", [True, False])
def test_fixed_classifier(train_classifier: bool) -> None:
    """W and mu can be kept out of training; K and b never are."""
    net = StandardNet(2, 3, 2, 2, train_classifier=train_classifier)
    trained = {name for name, p in net.named_parameters() if p.requires_grad}
    assert trained == {"K", "b"} | ({"W", "mu"} if train_classifier else set())


def graph(tensor: torch.Tensor) -> list[str]:
    """The names of all nodes of a tensor's backward graph."""

    def visit(node: torch.autograd.graph.Node) -> Iterator[str]:
        if node not in seen:
            seen.add(node)
            yield node.name()
            for inner, _ in node.next_functions:
                if inner is not None:
                    yield from visit(inner)

    seen: set[torch.autograd.graph.Node] = set()
    return list(visit(tensor.grad_fn))


@pytest.mark.parametrize("name", NETS)
def test_backward_pass_is_linear_in_depth(name: str) -> None:
    """Each layer adds the same number of nodes, and none of them writes a gradient of the size of all layers."""
    graphs = {L: graph(NETS[name](2, 3, 2, L)(inputs().float())) for L in (5, 10, 20)}
    assert len(graphs[20]) - len(graphs[10]) == 2 * (len(graphs[10]) - len(graphs[5])) > 0
    assert not [node for node in graphs[20] if node.startswith(("Select", "Index", "Slice"))]


def test_architecture_tells_nets_apart() -> None:
    """Nets that compute differently describe themselves differently; equal ones alike, whatever their weights."""
    describe = [
        StandardNet(2, 3, 2, 2),
        EulerNet(2, 3, 2, 2),
        EulerNet(2, 3, 2, 2, h=0.1),
        RK4Net(2, 3, 2, 2),
        RKNet(2, 3, 2, 2, tableau="rk38"),
        StandardNet(2, 4, 2, 2),
        StandardNet(2, 3, 3, 2),
        StandardNet(2, 3, 2, 3),
        StandardNet(2, 3, 2, 2, activation="relu"),
        StandardNet(2, 3, 2, 2, lift="linear"),
        StandardNet(3, 3, 2, 2),
    ]
    assert len({repr(net.architecture) for net in describe}) == len(describe)
    assert StandardNet(2, 3, 2, 2, seed=1).architecture == describe[0].architecture
