"""The recordings of Japanese vowels against what the archive says of them, and the samples made of sequences."""

from __future__ import annotations

import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rknet.data import audio
from rknet.data.audio import Sequences, japanese_vowels
from rknet.data.japanese_vowels import make

SPEAKER_COUNTS = [31, 35, 88, 44, 29, 24, 40, 50, 29]
"""Utterances of speakers 1 to 9 in the archive's test file, by its documentation."""

FIRST = [1.860936, -0.207383, 0.261557, -0.214562]
"""The first coefficients of the first frame in the archive's training file."""


def test_the_recordings_are_those_of_the_archive():
    """270 and 370 utterances of 7 to 29 frames, as documented; an exchanged axis, split or unit fails."""
    train, test = japanese_vowels()
    assert np.bincount(train.c).tolist() == [30] * 9 and np.bincount(test.c).tolist() == SPEAKER_COUNTS
    lengths = [len(frames) for part in (train, test) for frames in part.frames]
    assert (min(lengths), max(lengths), sum(lengths)) == (7, 29, 4274 + 5687)
    assert all(frames.shape[1:] == (12,) and frames.dtype == np.float32 for frames in train.frames)
    # half a unit of rounding, and the rounding to single precision
    np.testing.assert_allclose(train.frames[0][0, :4], FIRST, rtol=1e-6, atol=audio.UNIT / 2)


def test_the_samples_hold_the_frames_and_when_they_end():
    """Frame by frame: a mutant that pads in front, repeats the last frame or forgets p fails."""
    frames = tuple(np.full((n, 2), n, np.float32) for n in (1, 3))
    X = Sequences(frames, np.array([0, 1]), 2).points(4).X.reshape(2, 4, 3)
    assert X[0].tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert X[1].tolist() == [[1, 3, 3]] * 3 + [[0, 0, 0]]


def test_too_few_frames_are_refused():
    with pytest.raises(ValueError, match=r"frames: must be at least 26, .* got 25; pass frames=26 or more"):
        japanese_vowels()[0].points(25)


def test_standardised_by_the_training_frames():
    """Means 0 and spreads 1 over all frames of the first set, not of each sequence; the same map for the others."""
    train, test = japanese_vowels()
    first, second = audio.standardised(train, test)
    together = np.concatenate(first.frames)
    # rounding of single precision over some thousand frames
    np.testing.assert_allclose([together.mean(0), together.std(0)], [np.zeros(12), np.ones(12)], atol=1e-5)
    before, after = (np.concatenate(part.frames) for part in (test, second))
    raw = np.concatenate(train.frames).astype(np.float64)
    np.testing.assert_allclose(after * raw.std(0) + raw.mean(0), before, atol=1e-5)


def test_a_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    damaged = tmp_path / "frames.npz.xz"
    monkeypatch.setattr(audio, "FILE", damaged)
    for content, said in ((b"no archive", "must be readable, got"), (lzma.compress(b"x"), "got other content")):
        damaged.write_bytes(content)
        with pytest.raises(ValueError, match=said):
            audio._content()


def test_the_file_is_made_from_the_lines_of_the_package(tmp_path: Path):
    """A line holds each coefficient as a list over the frames, then the speaker; comments and headers hold none."""
    lines = "# a comment\n@data\n" + ":".join(["0.5,0.25"] * 11 + ["1,-1", "3"]) + "\n"
    wheel = tmp_path / "aeon.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for part in ("TRAIN", "TEST"):
            archive.writestr(make.MEMBER.format(part=part), lines)
    (coefficients, speaker), *rest = make.utterances(lines)
    assert coefficients[[0, 11]].tolist() == [[0.5, 0.25], [1, -1]] and speaker == 2 and not rest
    assert make.content(wheel) == make.content(wheel)


def test_the_licence_lies_beside_the_recordings():
    text = audio.FILE.with_name("LICENSE").read_text("utf8")
    assert "CC BY 4.0" in text and "10.24432/C5NS47" in text and "Changes:" in text
