"""Checkpoints and files of the networks beyond the paper's: they work, or they are refused before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import rknet
from rknet.callbacks import Callback, Training
from rknet.checkpoint import Checkpoint
from rknet.nets import Net
from rknet.variants.adaptive import AdaptiveNet
from rknet.variants.antisymmetric import AntisymmetricNet
from rknet.variants.controlled import ControlledConvolutionalNet, ControlledNet
from rknet.variants.controls import FunctionNet
from rknet.variants.implicit import AdjointNet
from rknet.variants.learned_steps import ODENet
from rknet.variants.splittings import HamiltonianNet

Make = Callable[[], Net]

TOLD: dict[str, Make] = {
    "FunctionNet": lambda: FunctionNet(2, 3, 2, 6, m=3),
    "ODENet": lambda: ODENet(2, 3, 2, 3),
    "AntisymmetricNet": lambda: AntisymmetricNet(2, 3, 2, 3, tableau="euler", damping=0.1),
}
"""Networks that plain values and the source of their class tell from others: a training of theirs goes on."""

UNTOLD: dict[str, Make] = {
    "AdjointNet": lambda: AdjointNet(2, 3, 2, 3),
    "AdaptiveNet": lambda: AdaptiveNet(2, 3, 2, 3),
    "HamiltonianNet": lambda: HamiltonianNet(2, 4, 2, 3),
    "ControlledNet": lambda: ControlledNet(1, 1, 3, 2),
    "ControlledConvolutionalNet": lambda: ControlledConvolutionalNet(1, 1, 2, 2, kernel=1),
}
"""Networks that hold something else, such as a scheme of their own."""

TRAIN, VALIDATION = (rknet.draw("donut_2D", 20, seed=seed) for seed in (0, 1))
PROTOCOL = rknet.Protocol(epochs=3, stop_early=False)


class Interrupted(Callback):
    """Ctrl-C after the second epoch."""

    def epoch(self, training: Training) -> None:
        if len(training.rows) == 3:
            raise KeyboardInterrupt


def train(net: Net, *callbacks: Callback, checkpoint: Checkpoint | None = None) -> list[torch.Tensor]:
    """The weights after a short training."""
    rknet.fit(net, TRAIN, VALIDATION, PROTOCOL, progress=False, callbacks=callbacks, checkpoint=checkpoint)
    return list(net.state_dict().values())


@pytest.mark.parametrize("make", TOLD.values(), ids=TOLD)
def test_an_interrupted_training_goes_on(make: Make, tmp_path: Path) -> None:
    """From its checkpoint, to the bits of one that nobody interrupted."""
    stored = Checkpoint(tmp_path / "stored", every=0)
    with pytest.raises(KeyboardInterrupt):
        train(make(), Interrupted(), checkpoint=stored)
    assert stored.file.exists()
    epochs: list[int] = []

    class Counted(Callback):
        def epoch(self, training: Training) -> None:
            epochs.append(len(training.rows) - 1)

    resumed, whole = train(make(), Counted(), checkpoint=stored), train(make())
    assert epochs[-1] == 3 and len(epochs) < 3, "the first epoch is not made again"
    assert all(torch.equal(a, b) for a, b in zip(resumed, whole, strict=True))


@pytest.mark.parametrize("make", UNTOLD.values(), ids=UNTOLD)
def test_a_checkpoint_is_refused_before_training(make: Make, tmp_path: Path) -> None:
    """With what it is of this network that plain values do not tell; no epoch is made and no file left."""
    net = make()
    before = [array.clone() for array in net.state_dict().values()]
    said = (
        rf"checkpoint: must be of a net that can be told from others, got a {type(net).__name__}, but .+; leave check"
    )
    with pytest.raises(ValueError, match=said):
        train(net, checkpoint=Checkpoint(tmp_path / "stored", every=0))
    assert all(torch.equal(a, b) for a, b in zip(before, net.state_dict().values(), strict=True))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [*TOLD.values(), *UNTOLD.values()], ids=[*TOLD, *UNTOLD])
def test_a_file_is_refused_before_it_is_written(make: Make, tmp_path: Path) -> None:
    """A file tells the paper's architecture alone; the error says what to keep instead."""
    net = make()
    said = f"net: must be one that its plain values tell, got a {type(net).__name__}, but .+; keep its state_dict"
    with pytest.raises(ValueError, match=said):
        net.save(tmp_path / "net")
    assert not list(tmp_path.iterdir())
