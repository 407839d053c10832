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
# The table lists every claim of the paper's experiments with its verdict: the printed numbers of Tables 1 to 6, and the sentences of
# Section 4. A claim leads to its record, which states the rule, the numbers that decide, and the command that computes them again.
# The {ref}`ledger <ledger>` gives a summary, and another page explains its [rules](ledger-rules).

# %% tags=["hide-input"]
from rknet.study.ledger import judging, pages
from rknet.study.ledger.claims import read

claims, verdicts = read(), judging.stored()
families = pages.by_place(claims, verdicts)
assert sum(map(len, families.values())) == len(verdicts)
pages.every([verdict for family in families.values() for verdict in family])

# %% [markdown]
# ## Records
#
# - {doc}`ledger_cells`: the printed numbers beside the numbers of our runs, with the tests.
# - {doc}`ledger_sentences`: the sentences with their rules, and the numbers that decide.
#
# ## Takeaways
#
# - Every number of the paper's tables and every sentence on its experiments has a verdict.
# - Every verdict can be computed again by one command.
