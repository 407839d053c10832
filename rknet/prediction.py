"""What a net computes for many samples: in batches, so that neither their number nor the depth decides about memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

BATCH = 2**24
"""Bytes (16 MiB) of one state of a batch: 262,144 samples at the width 16, 5,349 at 784, in single precision."""


def rows(d_hat: int, dtype: torch.dtype) -> int:
    """How many samples of a width make a batch."""
    return max(1, BATCH // (d_hat * dtype.itemsize))


def last(states: Iterable[Tensor]) -> Tensor:
    """The last of some states, which are made one by one and given up."""
    return deque(states, maxlen=1).pop()


def batched(net: Callable[[Tensor], Tensor], x: Tensor, d_hat: int) -> Tensor:
    """net(x), one row for each of the samples x (N, d), computed batch by batch and without gradients."""
    with torch.no_grad():
        parts = [net(part) for part in x.split(rows(d_hat, x.dtype))]
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def representable(x: Tensor) -> Tensor:
    """Samples x (N, d), which were finite; ValueError for those beyond the range of their precision by now."""
    _check(x, f"lie within the range of the net's {x.dtype}", "scale them, or convert the net by net.double()")
    return x


def answered(logits: Tensor) -> Tensor:
    """Logits (N, classes); ValueError for samples that have none, since a layer overflows or the weights are NaN."""
    _check(logits, "have finite logits", "scale those samples; if it is all of them, the net's weights have diverged")
    return logits


def _check(x: Tensor, rule: str, remedy: str) -> None:
    failed = (~torch.isfinite(x)).any(dim=1).nonzero()[:, 0].tolist()
    if failed:
        first = f"row {failed[0]}" if len(failed) == 1 else f"rows {', '.join(map(str, failed[:5]))}"
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        raise ValueError(f"X: all samples must {rule}, got {first}{more} that do not; {remedy}")
