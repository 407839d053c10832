"""The ledger: what the paper claims, the rule fixed before the runs, what was measured, and the verdict.

Read it in this order: `claims` (the rules, from `claims.yml`), `quantities` and `measurements` (numbers of one
run), `statistics` (what is made of many), `evidence` (where they come from), `judging` and `boxes`.
"""
