"""The environment of every process that computes for the book: the chapters' kernels and the tests.

Import it before NumPy and torch, which read these variables when they are loaded.
"""

import os
import platform

# Sums taken in one order, by one thread, give the same digits on every run.
VARIABLES = {
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "RKNET_OFFLINE": "1",  # nothing depends on what can be downloaded today
    "TQDM_DISABLE": "1",
}
if platform.machine().lower() in ("x86_64", "amd64"):
    # The instructions that the x86-64 machines of the last decade share: a newer machine rounds like an older one.
    VARIABLES |= {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_CBWR": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    }


def share(cores: int) -> dict[str, str]:
    """The variable that gives a process so many cores: where it asks joblib for all, it gets these."""
    return {"LOKY_MAX_CPU_COUNT": str(max(cores, 1))}


def enter() -> None:
    """Set the variables for this process and for those it starts."""
    os.environ.update(VARIABLES)
