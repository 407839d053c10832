"""Training of narrow nets in machine code, with the same bits on every processor.

`simd` works on the lanes of a register, `arithmetic` has the functions that decide bits, `updates` the optimisers,
`kernels` the sweeps of Section 3 over layers and samples; `engine` is what `rknet.fit` uses.
"""
