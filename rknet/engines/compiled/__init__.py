"""Training of narrow nets in machine code, with the same bits on every processor.

`simd` works on the lanes of a register, `arithmetic` has the functions that decide bits, `activations` sigma with its
slope, `updates` the optimisers, `kernels` the sweeps of Section 3 over layers and samples; `engine` is what `rknet.fit`
uses, `machine` keeps its code.

All of it is imported at once: Numba, which these modules teach something, does not bear to be told half of it.
"""

import importlib

from rknet.loading import uninterrupted

with uninterrupted():
    importlib.import_module("rknet.engines.compiled.engine")
