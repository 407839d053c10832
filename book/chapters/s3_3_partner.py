# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (s3-partner)=
# # 3.3 The partner of a scheme
#
# On {doc}`the page on costates <s3_2_costates>`, the stage costates $p_i^{[l]}$ had the form of the stages of a
# Runge-Kutta method. This page finds the tableau of that method, the *partner* of the scheme, and shows a natural
# mistake about it that most tests do not detect.
#
# :::{admonition} What you will learn
# :class: tip
# - which tableau the costates follow exactly, for every scheme without zero weights: {eq}`paper-3.23` to
#   {eq}`paper-3.26`;
# - why backpropagation stays explicit although the partner looks implicit;
# - when the partner's matrix is the only one that gives the network's gradient, and when it is not;
# - why "the same tableau, backwards" is right for Euler, Heun, Kutta 3, RK4 and the 3/8 rule, and wrong in general.
# :::

# %% tags=["hide-input"]
import textwrap
from dataclasses import replace

import numpy as np
import sympy
import torch
from IPython.display import HTML

from rknet import TABLEAUS, Tableau, adjoint
from rknet.adjoint import Affine, Step

schemes = {name: t for name, t in TABLEAUS.items() if 0 not in t.beta}

# %% [markdown]
# ## A gallery
#
# Each scheme is shown on the left, its partner on the right:

# %% tags=["hide-input"]


def gallery(*names):
    """Each scheme with its partner to the right."""
    both = []
    for name in names:
        partner = schemes[name].partner
        tables = schemes[name]._repr_html_() + partner._repr_html_()
        tables = tables.replace(partner.name, "its partner")
        both.append(
            '<div style="display: flex; align-items: start; gap: 1.5em">'
            f"{tables}</div>"
        )
    style = "display: flex; flex-wrap: wrap; align-items: start; "
    style += "gap: 1em 4em; overflow-x: auto"
    return HTML(f'<div style="{style}">{"".join(both)}</div>')


gallery("euler", "heun", "ralston", "rk4", "implicit_midpoint", "gauss4")

# %% [markdown]
# **What to see.** The partner of an explicit scheme has the weights on and below its diagonal, so it looks implicit.
# The last two schemes are their own partners.
#
# ## From multipliers to a scheme
#
# Take a scheme $(A, \beta, c)$ without zero weights. The second line of {eq}`paper-3.21` expresses $p_i^{[l]}$ as
# $p^{[l]}$ plus a sum over all stages, and {eq}`paper-3.20` does the same for $p^{[l+1]}$. Denote the terms of these
# sums by
#
# $$
# g_i^{[l]} = -f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]}, \qquad i = 1, \dots, s,
# $$ (paper-3.25)
#
# and their coefficients by $\tilde\beta_i$, $\tilde a_{i,j}$. Then the new costate is
#
# $$
# p^{[l+1]} = p^{[l]} + h \sum_{i=1}^{s} \tilde\beta_i\, g_i^{[l]},
# $$ (paper-3.24)
#
# and the costates of the stages are
#
# $$
# p_i^{[l]} = p^{[l]} + h \sum_{j=1}^{s} \tilde a_{i,j}\, g_j^{[l]}, \qquad i = 1, \dots, s.
# $$ (paper-3.26)
#
# This is a Runge-Kutta step for the adjoint equation $\dot{\mathbf p} = -f_y(\mathbf u, \mathbf y)^\top \mathbf p$,
# taken at the stages of the state. Its tableau $(\tilde A, \tilde\beta, \tilde c)$ is defined by
#
# $$
# \tilde\beta_i = \beta_i, \quad
# \beta_i \tilde a_{i,j} + \tilde\beta_j a_{j,i} - \beta_i \tilde\beta_j = 0, \quad
# \tilde c_i = c_i \quad\text{for } i, j = 1, \dots, s,
# $$ (paper-3.23)
#
# or, solved for the matrix,
#
# $$
# \tilde a_{i,j} = \beta_j - \frac{\beta_j a_{j,i}}{\beta_i}.
# $$ (eq-3.p)
#
# Each equation is one line of code; for $f = \tanh(Ky + b)$ we have $f_y^\top p = K^\top (\sigma' \circ p)$:


# %%
# codes (3.25)
def g_of(u, y, p):
    K, b = u
    return -((1 - torch.tanh(y @ K.T + b) ** 2) * p) @ K


# codes (3.24)
def next_costate(p, g, beta_tilde):
    return p + h * sum(beta_tilde[i] * g[i] for i in range(s))


# codes (3.26)
def stage_costate(p, g, A_tilde, i):
    return p + h * sum(A_tilde[i, j] * g[j] for j in range(s))


# codes (3.23)
def partner_of(A, beta, c):
    B = range(len(beta))
    A_tilde = [[beta[j] - beta[j] * A[j, i] / beta[i] for j in B] for i in B]
    return sympy.Matrix(A_tilde), beta, c


# %% [markdown]
# We check the equations in two ways. First, the three-stage Lobatto IIIA and IIIB schemes are partners in the
# literature {footcite}`hairer2006`. Second, autograd differentiates the cost with respect to a small perturbation of
# a state and of a stage value $f_i$, on four layers of Kutta's scheme with random controls for each stage. By
# {doc}`s3_2_costates` these derivatives are $p^{[l]}$ and $\xi_i^{[l]} = h \beta_i p_i^{[l]}$. Neither set of
# reference values uses a formula of this page.

# %%
A_kutta, beta_kutta, c_kutta = TABLEAUS["kutta3"].arrays()
s, L, h = 3, 4, 0.4
generator = torch.Generator().manual_seed(3)


def random(*shape):
    return torch.randn(shape, generator=generator, dtype=torch.float64)


K, b, x_hat, target = random(L, s, 3, 3), random(L, s, 3), *random(2, 5, 3)


def disturbed(r, q):
    """Cost and stage inputs; r is added to states, q to stage values."""
    states, inputs = [x_hat + r[0]], []
    for l in range(L):
        y, f = states[-1], []
        for i in range(s):
            inputs.append(y + h * sum(A_kutta[i, j] * f[j] for j in range(i)))
            f.append(torch.tanh(inputs[-1] @ K[l, i].T + b[l, i]) + q[l, i])
        y = y + h * sum(beta_kutta[i] * f[i] for i in range(s))
        states.append(y + r[l + 1])
    return ((states[-1] - target) ** 2).sum() / 2, inputs


none = random(L + 1, 5, 3) * 0, random(L, s, 5, 3) * 0
(P, prices), inputs = torch.func.grad(disturbed, (0, 1), has_aux=True)(*none)
P_i = prices / (h * torch.tensor(beta_kutta))[:, None, None]
y_i = torch.stack([y.detach() for y in inputs]).reshape(L, s, 5, 3)

# %% tags=["hide-input"]


def matrix(rows):
    return sympy.Matrix(
        [[sympy.Rational(a) for a in row.split()] for row in rows]
    )


IIIA = matrix(["0 0 0", "5/24 1/3 -1/24", "1/6 2/3 1/6"])
IIIB = matrix(["1/6 -1/6 0", "1/6 1/3 0", "1/6 5/6 0"])
lobatto = matrix(["1/6 2/3 1/6"]), matrix(["0 1/2 1"])
# checks (3.23)
assert partner_of(IIIA, *lobatto) == (IIIB, *lobatto)

A_tilde, beta_tilde, _ = partner_of(sympy.Matrix(A_kutta), beta_kutta, c_kutta)
A_tilde = np.array(A_tilde, dtype=float)
# checks (3.24), (3.25), (3.26)
for l in range(L):
    g = [g_of((K[l, i], b[l, i]), y_i[l, i], P_i[l, i]) for i in range(s)]
    expected = next_costate(P[l], g, beta_tilde)
    assert torch.allclose(P[l + 1], expected, rtol=0, atol=1e-13)
    for i in range(s):
        expected = stage_costate(P[l], g, A_tilde, i)
        assert torch.allclose(P_i[l, i], expected, rtol=0, atol=1e-13)

# %% [markdown]
# Verified: the Lobatto pair exactly; every $p^{[l]}$ and $p_i^{[l]}$ up to an error of $10^{-13}$. The library's
# `Tableau.partner` agrees with {eq}`eq-3.p` for all schemes. The function `partner_costates` uses {eq}`paper-3.24` to
# {eq}`paper-3.26` with any matrix $\tilde A$ and solves for $p^{[l]}$ at the layer's left end. With the partner it
# gives autograd's gradient:


# %%
def flat(gradient):
    return torch.cat([part.flatten() for part in gradient])


def apart(found, exact):
    return float((flat(found) - flat(exact)).norm() / flat(exact).norm())


def problem(tableau, stage_controls):
    """Step, controls, states, p[L] and autograd's gradient; 5 layers."""
    step = Step(Affine("tanh"), tableau, 0.2)
    axes = 5, tableau.stages if stage_controls else 1
    u = random(*axes, 3, 3).requires_grad_(), random(*axes, 3).requires_grad_()
    y_L = adjoint.states(step, u, x_hat).y[-1]
    gradient = torch.autograd.grad(((y_L - target) ** 2).sum() / 2, u)
    u = tuple(part.detach() for part in u)
    states = adjoint.states(step, u, x_hat)
    return step, u, states, states.y[-1] - target, gradient


for tableau in schemes.values():
    rows, weights, _ = partner_of(
        sympy.Matrix(tableau.A), tableau.beta, tableau.c
    )
    exact = sympy.simplify(rows) == sympy.Matrix(tableau.partner.A)
    for stage_controls in (False, True):
        *setting, p_L, judge = problem(tableau, stage_controls)
        step, *swept = setting
        found = adjoint.partner_costates(step, tableau.partner, *swept, p_L)
        assert exact and apart(found.gradient, judge) < 1e-13
print(f"{len(schemes)} schemes with their partners: autograd's gradient")

# %% [markdown]
# :::{admonition} The paper's text: a missing tilde
# :class: voice-paper
# In our copy of the paper, the first $a$ of {eq}`paper-3.23` has no tilde: $\beta_i a_{i,j} + \tilde\beta_j a_{j,i} -
# \beta_i \tilde\beta_j = 0$. (The copy was made by text recognition, which may lose an accent; the printed page may
# have the tilde.) Without the tilde it is the condition for a single scheme to be symplectic. For $i = j$ it says
# $a_{i,i} = \beta_i / 2$, which no explicit scheme satisfies, although the paper's networks are all explicit. The tilde
# is required by {eq}`paper-3.21` and {eq}`paper-3.26`.
# :::

# %%
for name, tableau in schemes.items():
    A, beta, S = tableau.A, tableau.beta, range(tableau.stages)
    printed = all(
        sympy.simplify(
            beta[i] * A[i][j] + beta[j] * A[j][i] - beta[i] * beta[j]
        )
        == 0
        for i in S
        for j in S
    )
    assert printed == (tableau.partner == tableau)
    assert not (printed and tableau.explicit)
    print(f"{name:18} (3.23) as printed {'holds' if printed else 'fails'}")

# %% [markdown]
# ## The backward pass remains explicit
#
# The costate sweep starts at the right end of a layer, where $p^{[l+1]}$ is known. Eliminate $p^{[l]}$ from
# {eq}`paper-3.24` and {eq}`paper-3.26`:
#
# $$
# p_i^{[l]} = p^{[l+1]} - h \sum_{j=1}^{s} \bigl(\beta_j - \tilde a_{i,j}\bigr)\, g_j^{[l]},
# \qquad \beta_j - \tilde a_{i,j} = \frac{\beta_j a_{j,i}}{\beta_i} .
# $$ (eq-3.q)
#
# If the scheme is explicit, this coefficient is zero for $j \le i$: the stages are computed one after another from
# the last to the first, and backpropagation solves no equation. The partner of Euler's method, for example, is
# implicit Euler when it is applied from left to right.
#
# The nodes $\tilde c$ are those of the state's stages, at which the controls are read. In an ordinary tableau the nodes
# are the row sums of its matrix. For the partners of two of these schemes they are not, and for these two, with smooth
# controls, the error of the gradient caused by $A$ in place of the partner is of lower order in $h$ than for the others
# ({doc}`s3_3_wrong_partner`):

# %%
for name, tableau in schemes.items():
    sums = tuple(sympy.simplify(sum(row)) for row in tableau.partner.A)
    if sums != tableau.c:
        print(f"{name}: c = {tableau.c}, but the rows of A~ sum to {sums}")

# %% [markdown]
# ## Is the partner unique?
#
# If every stage has its own control, the partner's matrix is unique. For a single sample the gradient in $b_i$ is $h
# \beta_i\, \sigma' \circ p_i^{[l]}$ with $\sigma' > 0$, so equal gradients imply equal $p_i^{[l]}$. Suppose two
# matrices give the same $p_i^{[l]}$ for all controls. In the last layer, where $p^{[L]} \ne 0$ is known, choose $K_j$
# invertible in one stage $j$ and zero in the others. Then $f_y$ vanishes in all stages but this one, and {eq}`eq-3.q`
# has a single term: $p_i = p^{[L]} + h (\beta_j - \tilde a_{i,j})\, f_y(u_j, y_j)^\top p_j$. Here $p_j \ne 0$, since
# otherwise the equation for $i = j$ would say $0 = p^{[L]}$. Hence $f_y^\top p_j$ is non-zero and the same for both
# matrices, and the coefficient can be read off for each $i$ and $j$. The two matrices are equal.
#
# If stages share a control, other tableaus may give the same gradient. Duplicate Euler's stage: $A = 0$, $\beta =
# (\frac12, \frac12)$. The network does not change. All entries of the partner matrix are $\frac12$, but the unit
# matrix gives the same gradient, because the two stages are identical. Such schemes are called reducible.

# %%
double = Tableau("Euler, counted twice", [[], []], ["1/2", "1/2"])
other = Tableau("unit matrix", [[1, 0], [0, 1]], double.beta)
assert other != double.partner
for stage_controls in (False, True):
    step, u, states, p_L, judge = problem(double, stage_controls)
    found = adjoint.partner_costates(step, other, u, states, p_L)
    equal = apart(found.gradient, judge) < 1e-13
    assert equal != stage_controls
    whose = "a control for each stage" if stage_controls else "one control"
    print(f"{whose}: another matrix gives the same gradient: {equal}")

# %% [markdown]
# ## A mistake that goes unnoticed
#
# A naive recipe is to go backwards from $p^{[l+1]}$ with step $-h$ and the same tableau; stage $i$ of the backward step
# has the weight $\beta_i$ and uses the stored stage $s + 1 - i$. For many schemes this is *correct*: by {eq}`eq-3.q`,
# the scheme run backwards with its stages reversed, $i \to s + 1 - i$, is the partner if
#
# $$
# \beta_i = \beta_{s+1-i} \quad\text{and}\quad
# \frac{\beta_j a_{j,i}}{\beta_i} = a_{s+1-i,\, s+1-j}, \qquad i, j = 1, \dots, s.
# $$ (eq-3.s)


# %%
def reversed_partner(tableau):
    """A~ of the scheme run backwards from the right end, stages reversed."""
    A, beta, last = tableau.A, tableau.beta[::-1], tableau.stages - 1
    S = range(tableau.stages)
    # p_i = p[l+1] - h sum_j a_(s+1-i)(s+1-j) g_j, in terms of p[l]
    rows = [[beta[j] - A[last - i][last - j] for j in S] for i in S]
    return Tableau(f"{tableau.name}, reversed", rows, beta, tableau.c)


for name, tableau in schemes.items():
    recipe = reversed_partner(tableau)
    step, u, states, p_L, judge = problem(tableau, True)
    weighted = Tableau("reversed weights", tableau.A, recipe.beta, tableau.c)
    way_back = replace(step, tableau=weighted)
    found = adjoint.partner_costates(way_back, recipe, u, states, p_L)
    off = apart(found.gradient, judge)
    assert (off < 1e-13) == (recipe == tableau.partner)
    right = off < 1e-13
    print(f"{name:18} {'exact' if right else f'off by {off:.0%}'}")

# %% [markdown]
# For Euler, Heun, Kutta 3, RK4, the 3/8 rule, implicit midpoint and Gauss-Legendre the recipe gives the exact
# gradient, so a test with one of them does not detect the mistake. Tests with Ralston's scheme and with Radau IIA
# detect it, because their weights, $\frac14, \frac34$ and $\frac34, \frac14$, are not symmetric.
#
# The stages must be *stored*, however. If state and costate are solved backwards together, the stages differ from
# those of the forward sweep, and the gradient is not exact even for the five explicit schemes;
# {doc}`s3_4_continuous_adjoint` measures the error.
#
# ## Zero weights
#
# The explicit midpoint rule and Dormand-Prince have zero weights and no partner, since {eq}`eq-3.p` divides by
# every weight. Their gradients are nevertheless exact: {eq}`paper-3.13`, {eq}`paper-3.17` and {eq}`paper-3.18` use
# the multipliers $\xi_i$, which need no division.

# %%
for name in sorted(set(TABLEAUS) - set(schemes)):
    step, u, states, p_L, judge = problem(TABLEAUS[name], True)
    found = adjoint.costates(step, u, states, p_L)
    assert apart(found.gradient, judge) < 1e-13
    try:
        TABLEAUS[name].partner
    except ValueError as error:
        print(textwrap.fill(str(error), 68))

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s33-trapezium
# Find the partners of implicit Euler, $A = (1)$, $\beta = (1)$, and of the trapezium rule, $A = \begin{pmatrix} 0 & 0
# \\ 1/2 & 1/2 \end{pmatrix}$, $\beta = (1/2, 1/2)$, by hand. What is known about the second pair?
# ```
#
# ```{solution} ex-s33-trapezium
# :class: dropdown
# For implicit Euler, {eq}`eq-3.p` gives $\tilde a = 1 - 1 = 0$: its partner is Euler's method, and the relation is
# mutual. The pair is symplectic Euler. For the trapezium rule $\tilde a_{i,j} = \frac12 - a_{j,i}$, which gives
# $\begin{pmatrix} 1/2 & 0 \\ 1/2 & 0 \end{pmatrix}$. This pair is the two-stage Lobatto IIIA-IIIB pair, known in
# mechanics as the Störmer-Verlet method.
# ```
#
# ```{exercise}
# :label: ex-s33-family
# The explicit two-stage schemes of order 2 are $a_{2,1} = 1 / (2 \theta)$, $\beta = (1 - \theta, \theta)$. For which
# $\theta$ is the naive recipe right?
# ```
#
# :::{check} It is right for $\theta =$
# :answer: 1/2
# :::
#
# ```{solution} ex-s33-family
# :class: dropdown
# {eq}`eq-3.s` requires $\beta_1 = \beta_2$, so $\theta = 1/2$, which is Heun's scheme. The second part of
# {eq}`eq-3.s` then holds: for $i = 1$, $j = 2$ it says $a_{2,1} = a_{2,1}$.
# ```
#
# ```{exercise}
# :label: ex-s33-unequal
# Give every layer its own step size. How does the partner change?
# ```
#
# ```{solution} ex-s33-unequal
# :class: dropdown
# It does not change: {eq}`paper-3.23` does not contain $h$, and each layer has its own $h$ in {eq}`paper-3.24` to
# {eq}`paper-3.26`. This is no longer true if the step size depends on the state, as in adaptive integrators: then the
# derivative of the step size is part of the gradient.
# ```
#
# ## Takeaways
#
# - If no weight is zero, the multipliers of the stages of a Runge-Kutta network, divided by $h \beta_i$, are themselves
#   Runge-Kutta stages, of the tableau $\tilde a_{i,j} = \beta_j - \beta_j a_{j,i} / \beta_i$; in our copy,
#   {eq}`paper-3.23` lacks a tilde.
# - For an explicit scheme the backward pass is explicit, from the last stage to the first.
# - With a control for each stage the partner's matrix is the only one that gives the network's gradient. A
#   reducible scheme whose stages share a
#   control has others.
# - "The same tableau, backwards" is correct where {eq}`eq-3.s` holds: for Euler, Heun, Kutta 3, RK4, the 3/8 rule,
#   implicit midpoint and Gauss-Legendre, but not for Ralston and Radau IIA.
#
# The partner goes back to {footcite:t}`hager2000` and {footcite:t}`sanzserna2016`; for networks see
# {footcite:t}`benning2019`.
#
# ## References
#
# ```{footbibliography}
# ```
