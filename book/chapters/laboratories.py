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
# (laboratories)=
# # Laboratories
#
# This page collects all laboratories of the book: choose a scheme, a depth or a point set, and see the result. They run
# in this page, without a kernel, and in a notebook with the same controls and the same numbers. Each laboratory that
# trains a network draws its points and weights as the playground does, and trains for the 40 epochs of the paper, without
# stopping early.

# %% tags=["hide-input"]
from rknet import plots
from rknet.laboratories import (
    DigitLaboratory,
    FeatureLaboratory,
    SchemeLaboratory,
    TableauLaboratory,
    TrainingLaboratory,
)

plots.style()

# %% [markdown]
# ## One orbit under any scheme
#
# All layers share the weights of a flow whose orbits are closed. Which schemes stay on their orbit, and at which step
# size do they leave it? Chapter: {doc}`s2_runge_kutta`.

# %% mystnb={"figure": {"name": "fig-laboratory-scheme", "caption": "RK4 with $h = 1.5$, three times the step size of the chapter. RK4 leaves the orbit as well: it spirals inwards. The error at the end is shown for $h$ and its halves. In the complex plane, the points $\\pm ih$ lie inside the stability region."}, "image": {"alt": "Three panels. Dots joined by lines within a grey closed curve; they start on it and end halfway to the centre. A log-log plot of errors that fall steeply with the step size. A kidney-shaped region with two dots on the imaginary axis, both inside it."}} tags=["hide-input"]
orbit = SchemeLaboratory(scheme="rk4", h=1.5, L=20)
orbit.still()

# %% tags=["hide-input"]
orbit.in_place_of("fig-laboratory-scheme")

# %% [markdown]
# ## A tableau and its partner
#
# The laboratory shows the scheme that the costates follow, the orders of the pair, both stability regions, and the
# error of the gradient when the tableau is used in place of its partner. You can type a tableau of your own. Chapter:
# {doc}`s3_3_wrong_partner`.

# %% mystnb={"figure": {"name": "fig-laboratory-tableau", "caption": "The classic scheme and its partner, an implicit scheme with the same weights. The pair has order 4. With the tableau in place of its partner, the error of the gradient decreases like $h^4$; with the partner, the gradient is exact up to rounding."}, "image": {"alt": "Three panels: the tableaus of the classic scheme and of its partner; the kidney-shaped stability region left of the imaginary axis and its dashed mirror image; a log-log plot with a flat line near 1e-16 for the right partner and a line of slope 4 for the tableau itself."}} tags=["hide-input"]
tableau = TableauLaboratory(scheme="rk4")
tableau.still()

# %% tags=["hide-input"]
tableau.in_place_of("fig-laboratory-tableau")

# %% [markdown]
# ## Train a network
#
# The laboratory trains a network as in the paper and shows its prediction, the spread of its features by layer, and its
# accuracy by epoch. Press Train to start it. Chapters: {doc}`s4_2_depth` and {doc}`s4_3_activation`.

# %% mystnb={"figure": {"name": "fig-laboratory-training", "caption": "RK4Net with twenty layers on the spiral; dashed, the best possible boundary and accuracy. Before training the weights are random. After training, the features are apart in all layers; ten epochs bring the accuracy close to the limit."}, "image": {"alt": "Three panels: the predicted regions follow the two arms of the spiral; the spread of the features is a level line; the accuracy rises to the dashed limit within ten epochs."}} tags=["hide-input"]
training = TrainingLaboratory()
training.still()

# %% tags=["hide-input"]
training.in_place_of("fig-laboratory-training")

# %% [markdown]
# ## Features and predictions
#
# The laboratory shows where a network moves the points, and its prediction, while it is trained. Press Train to start
# it. Chapters: {doc}`s4_4b_comparison` and {doc}`s4_beyond`.

# %% mystnb={"figure": {"name": "fig-laboratory-features", "caption": "EulerNet with five layers and $h = 1$ on donut_2D_6C: features in principal components, and the prediction. Before training the weights are random. After training, the six classes follow one another in the features, and the predicted regions are rings."}, "image": {"alt": "Left: six classes of points on a bent funnel in space, one after the other from its tip. Middle: the same points in a plane that is divided into stripes. Right: the input plane divided into rings with slightly wavy boundaries."}} tags=["hide-input"]
features = FeatureLaboratory()
features.still()

# %% tags=["hide-input"]
features.in_place_of("fig-laboratory-features")

# %% [markdown]
# ## Draw a digit
#
# A convolutional net of four layers reads the digit that is drawn, and shows its eight channels layer by layer. A notebook
# offers ten digits of MNIST that the net has not seen. Chapter: {doc}`s4_5c_convolution`.

# %% mystnb={"figure": {"name": "fig-laboratory-digit", "caption": "A digit of MNIST, its eight channels after two of four layers of RK4 with $h = 1/2$, and the probabilities of the ten digits."}, "image": {"alt": "Left, a three of 14 x 14 grey pixels. Middle, eight small maps in blue and red that show the stroke and its edges. Right, a bar chart with one long bar, at three."}} tags=["hide-input"]
digit = DigitLaboratory()
digit.still()

# %% tags=["hide-input"]
digit.in_place_of("fig-laboratory-digit")
