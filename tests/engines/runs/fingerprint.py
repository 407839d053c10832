"""Train small nets in float32 and print the SHA-1 of all weights and histories, and Numba's cache statistics.

Run by `tests/engines/test_compiled.py` in processes of their own, one for each kind of processor.
"""

import hashlib
import json

import numpy as np

from rknet import Protocol, RK4Net, RKNet, StandardNet, draw, fit, split
from rknet.engines.compiled import engine
from rknet.engines.compiled.kernels import evaluate, train

RUNS = [
    (RK4Net(2, 16, 2, 12, lift="linear"), "spiral", Protocol(epochs=2)),
    (StandardNet(2, 16, 6, 30, activation="logistic", lift="learned"), "donut_2D_6C", Protocol(epochs=2)),
    (RKNet(3, 13, 3, 4, tableau="dopri5", h=0.5, activation="softplus"), "donut_3D_3C", Protocol(epochs=2)),
    (RK4Net(2, 16, 2, 5, activation="relu"), "squares", Protocol(epochs=2, optimizer="adadelta", loss="mean_square")),
    (RK4Net(2, 20, 2, 5, lift="orthogonal"), "donut_1D", Protocol(epochs=2, optimizer="adagrad", batch_size=7)),
]

digest = hashlib.sha1()
for net, law, protocol in RUNS:
    history = fit(net, *split(draw(law, 400), 203), protocol, engine="compiled")
    for tensor in net.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    for name in ("train_cost", "train_accuracy", "val_cost", "val_accuracy"):
        digest.update(getattr(history, name).tobytes())
    assert np.isfinite(history.val_cost).all()
code = [engine.compiled(function, "float32", 16).stats for function in (train, evaluate)]
hits = sum(sum(stats.cache_hits.values()) for stats in code)
misses = sum(sum(stats.cache_misses.values()) for stats in code)
print(json.dumps({"sha1": digest.hexdigest(), "hits": hits, "misses": misses}))
