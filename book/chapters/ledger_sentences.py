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
# (ledger-sentences)=
# # Records of the sentences
#
# This page has every sentence of Section 4 on the paper's experiments, with the rule that decides it and the numbers that it asks
# for. {doc}`ledger_rules` explains the tests, and {doc}`ledger_records` lists the verdicts in short.
#
# :::{admonition} What you will see
# :class: tip
# - each sentence with its verdict and its rule, and the first of its numbers for answers that took no learning, with the verdict
#   that they would have;
# - each number that decides, with its interval and the region in which it should lie.
# :::
#
# `rknet claims ID` judges a claim again from the records in `results/`; without an id the command judges all claims and compares
# the verdicts with those on this page. A command that begins with `rknet run` also makes the records. The column "detects" gives the
# least distance of the true value from the border of its region at which this number of repetitions leads to a decision with
# probability 80 %.

# %% tags=["hide-input"]
from rknet.study.ledger import judging, pages
from rknet.study.ledger.claims import read

families = pages.by_place(read(), judging.stored())

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
# - Every sentence on the experiments is listed with the numbers that decide, or with the reason why it cannot be tested.
# - Every verdict can be computed again by one command.
