"""On trial: whether the paper's conclusions survive a fair comparison, as registered in `registered/trial.md`.

`grid` declares the runs, `runs` and `baselines` make them, `examination` measures on the test set.
`answers` gathers the records, `conclusions` judges them by `statistics`, `stages` says after which seeds.
"""
