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
# (ledger-cells)=
# # Records of the tables
#
# This page has every printed number of Tables 1 to 6 beside the numbers of our runs. The question for each is whether the printed
# number could be the result of four of our runs; {doc}`ledger_rules` explains the tests. {doc}`ledger_records` lists the verdicts in
# short.
#
# :::{admonition} What you will see
# :class: tip
# - the printed number, our mean, and the interval in which 95 % of means of four of our runs are expected;
# - the p value of each test, alone and corrected for the number of cells in the table by Holm's method.
# :::
#
# `rknet claims ID` judges a claim again from the records in `results/`. A command that begins with `rknet run` also makes the
# records.

# %% tags=["hide-input"]
from rknet.study.ledger import judging, pages
from rknet.study.ledger.claims import read

families = pages.by_place(read(), judging.stored())

# %% [markdown]
# ## Table 1

# %% tags=["hide-input"]
pages.cells("table1", "Accuracy on the spiral", families["Table 1"])

# %% [markdown]
# ## Table 2

# %% tags=["hide-input"]
pages.cells("table2", "Cost on the spiral", families["Table 2"])

# %% [markdown]
# ## Table 3

# %% tags=["hide-input"]
pages.cells("table3", "Variability on donut_2D_6C", families["Table 3"])

# %% [markdown]
# ## Table 4

# %% tags=["hide-input"]
pages.cells("table4", "Three nets on six sets", families["Table 4"])

# %% [markdown]
# ## Table 5

# %% tags=["hide-input"]
pages.cells("table5", "RK4Net on MNIST by width", families["Table 5"])

# %% [markdown]
# ## Table 6

# %% tags=["hide-input"]
pages.cells("table6", "Three nets on two image sets", families["Table 6"])

# %% [markdown]
# ## Takeaways
#
# - Every legible number of the paper's tables was tested by a rule that the table's form decides.
# - Every verdict can be computed again by one command.
