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
# (ledger-records)=
# # All verdicts
#
# This page lists every claim of the paper with its rule, the numbers that decide, and the command that computes them again. The
# {ref}`ledger <ledger>` gives a summary, and another page explains its [rules](ledger-rules).
#
# :::{admonition} What you will see
# :class: tip
# - every cell of Tables 1 to 6 beside the numbers of our runs;
# - every sentence with its rule, the results of answers without learning, and the numbers that decide.
# :::
#
# Each verdict has an id. `rknet claims ID` judges the claim again from the records in `results/`; without an id the command judges
# all claims and compares the verdicts with those on this page. A command that begins with `rknet run` also makes the records. The
# column "detects" gives the least distance of the true value from the border of its region at which this number of repetitions
# leads to a decision with probability 80 %.

# %% tags=["hide-input"]
from rknet.study.ledger import judging, pages
from rknet.study.ledger.claims import read

claims, verdicts = read(), judging.stored()
families = pages.by_place(claims, verdicts)
assert sum(map(len, families.values())) == len(verdicts)

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
# ## Section 4, before 4.1

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4, before 4.1"])

# %% [markdown]
# ## Section 4.1

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.1"])

# %% [markdown]
# ## Section 4.2

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.2"])

# %% [markdown]
# ## Section 4.3

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.3"])

# %% [markdown]
# ## Section 4.4

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.4"])

# %% [markdown]
# ## Section 4.5

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.5"])

# %% [markdown]
# ## Takeaways
#
# - Every number of the paper's tables and every sentence on its experiments is listed with the numbers that decide.
# - Every verdict can be computed again by one command.
