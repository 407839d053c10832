"""Make the recordings that lie beside this file, from a wheel of the package aeon, which ships the archive's files.

    pip download --no-deps aeon==1.6.0
    python rknet/data/japanese_vowels/make.py aeon-1.6.0-py3-none-any.whl

A line of a file of aeon is an utterance: the 12 coefficients, each as a list over the frames, and the speaker 1 to 9.
The content, not its compression, is what `rknet.data.audio` checks: copy the printed SHA-256 there.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import lzma
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rknet import files
from rknet.data.audio import FILE, UNIT

MEMBER = "aeon/datasets/data/JapaneseVowels/JapaneseVowels_{part}.ts"


def utterances(text: str) -> Iterator[tuple[NDArray[np.float64], int]]:
    """The coefficients (12, n) of each utterance, and its speaker 0 to 8."""
    for line in text.splitlines():
        if line and line[0] not in "#@":
            *coefficients, speaker = line.split(":")
            yield np.array([row.split(",") for row in coefficients], dtype=np.float64), int(speaker) - 1


def content(wheel: Path) -> bytes:
    """The unpacked archive: coefficients (12, all frames) in units of `UNIT`, frames and speaker of each utterance."""
    with zipfile.ZipFile(wheel) as archive:
        texts = [archive.read(MEMBER.format(part=part)).decode("utf8") for part in ("TRAIN", "TEST")]
    found = [utterance for text in texts for utterance in utterances(text)]
    frames = np.concatenate([coefficients for coefficients, _ in found], axis=1)
    unpacked = io.BytesIO()
    np.savez(
        unpacked,
        frames=np.rint(frames / UNIT).astype("<i2"),
        lengths=np.array([coefficients.shape[1] for coefficients, _ in found], np.uint8),
        speakers=np.array([speaker for _, speaker in found], np.uint8),
    )
    return unpacked.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="file of the package aeon")
    unpacked = content(parser.parse_args().wheel)
    packed = lzma.compress(unpacked, preset=9 | lzma.PRESET_EXTREME)
    files.write(FILE, packed)
    print(f'CONTENT = "{hashlib.sha256(unpacked).hexdigest()}"  # {len(packed)} bytes')
