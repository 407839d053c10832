"""torchvision can be imported beside the build of torch that is installed, whichever that is."""

import subprocess
import sys

SCRIPT = """
from rknet.data.torchvision_import import load_torchvision
torchvision = load_torchvision()
assert load_torchvision() is torchvision  # a second call declares nothing twice
from torchvision.datasets import MNIST, FashionMNIST
print(torchvision.__version__.split("+")[0], MNIST.__name__, FashionMNIST.__name__)
"""


def test_torchvision_and_its_data_sets_can_be_imported() -> None:
    """In a process of its own, because operators stay declared."""
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert run.stdout.split()[1:] == ["MNIST", "FashionMNIST"]
