"""How long a training step takes, here and elsewhere: run `rknet bench`.

Each contender trains the same network by the same rule, in a process of its own on one core.  Read `contender` first,
then one of its implementations; `steps`, `scaling` and `memory` are the studies.
"""
