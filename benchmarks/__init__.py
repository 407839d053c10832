"""How long a training step takes, here and elsewhere: run `python -m benchmarks STUDY`.

Each contender trains the same network by the same rule, in a process of its own on one core.  Read `contender` first,
then one of its implementations; `steps`, `scaling`, `memory`, `playground` and `wide` are the studies, `process`
holds the processes that they ask, `report` prints and keeps what they find.  `kill_sweep` is a script of its own.
"""
