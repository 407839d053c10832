"""An experiment that runs in moments, for the tests of records, sweeps and the command line."""

from __future__ import annotations

from rknet.protocol import Protocol
from rknet.study.configuration import Configuration
from rknet.study.experiments import Experiment
from rknet.study.records import Run

PROTOCOL = Protocol(epochs=2)
ROWS = {
    "StandardNet, L = 2": Configuration("donut_2D", "StandardNet", 3, 2, protocol=PROTOCOL, samples=20),
    "RK4Net, L = 1": Configuration("spiral", "RK4Net", 3, 1, protocol=PROTOCOL, samples=20),
    "EulerNet, L = 3": Configuration("donut_3D_3C", "EulerNet", 4, 3, protocol=PROTOCOL, samples=20),
}
EXPERIMENT = Experiment("three small nets", "nowhere", ROWS, repetitions=2)
RUNS = [Run("small", row, configuration, seed) for row, configuration in ROWS.items() for seed in (0, 1)]
