"""Nets and estimators as files: what comes back, what is refused, and whose files are overwritten."""

from __future__ import annotations

import json
import os
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

import rknet
from rknet import ConvolutionalRKNet, EulerNet, Net, RK4Net, RKNet, StandardNet, Tableau, checkpoint, draw, saving
from rknet.estimator import RKNetClassifier
from rknet.hashes import weights_hash
from rknet.lifts import ZeroPadding
from rknet.regressor import RKNetRegressor
from rknet.schedules import Steps

pytestmark = pytest.mark.filterwarnings("ignore:training has reached a cost")  # barely trained nets

FEW = draw("squares", 60, seed=1)
OWN = Tableau("own", [[], ["1/3 + sqrt(2)/7"]], ["1/4", "3/4"])

NETS: dict[str, Callable[[], Net]] = {
    "standard": lambda: StandardNet(2, 3, 4, 2, activation="relu"),
    "euler": lambda: EulerNet(2, 3, 2, 2, h=0.1),
    "rk4": lambda: RK4Net(2, 3, 2, 2, lift="learned"),
    "own scheme": lambda: RKNet(2, 3, 2, 2, tableau=OWN, lift="orthogonal", activation="softplus"),
    "double": lambda: RKNet(2, 3, 2, 2, tableau="heun", lift="linear", seed=3).double(),
    "fixed classifier": lambda: RK4Net(2, 3, 2, 2, train_classifier=False),
    "images": lambda: ConvolutionalRKNet((1, 4, 4), 3, 2, 2, tableau="euler", border=1, lift="linear", pooled=True),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place for a file."""
    return tmp_path / "net.rknet"


@pytest.mark.parametrize("name", NETS)
def test_a_net_comes_back(name: str, file: Path) -> None:
    """The same class, architecture, precision, weights and outputs, and the same weights are trained."""
    net = NETS[name]()
    net.save(file)
    found = rknet.load(file)
    assert type(found) is type(net)
    assert found.architecture == net.architecture
    assert weights_hash(found) == weights_hash(net)
    trained = [[p.requires_grad for p in of.parameters()] for of in (net, found)]
    assert trained[0] == trained[1]
    X = np.random.default_rng(0).standard_normal((5, net.d))
    np.testing.assert_array_equal(found.predict_proba(X), net.predict_proba(X))
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_scheme_of_the_library_has_its_name(file: Path) -> None:
    RKNet(2, 3, 2, 2, tableau="dopri5").save(file)
    assert rknet.load(file).tableau.name == "Dormand-Prince 5"


class Own(RK4Net):
    """With a layer of its own."""

    def layer(self, K: torch.Tensor, b: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return 2 * super().layer(K, b, y)


class OwnLift(ZeroPadding):
    """A lift that no name stands for."""


def hooked() -> Net:
    net = RK4Net(2, 3, 2, 2)
    net.register_forward_hook(lambda *_: None)
    return net


@pytest.mark.parametrize(
    "net",
    [
        lambda: Own(2, 3, 2, 2),
        lambda: RK4Net(2, 3, 2, 2, lift=OwnLift),
        lambda: RK4Net(2, 3, 2, 2, activation=torch.sin),
        hooked,
    ],
    ids=["class", "lift", "activation", "hook"],
)
def test_what_plain_values_do_not_tell_is_not_saved(net: Callable[[], Net], file: Path) -> None:
    with pytest.raises(ValueError, match="net: must be one that its plain values tell, got a .*, but .*; keep its"):
        net().save(file)
    assert not file.exists()


# ---- whose file it is


def test_files_of_others_stay(file: Path) -> None:
    """Unless their owner says so; our own are replaced."""
    net = RK4Net(2, 3, 2, 2)
    file.write_text("my thesis")
    with pytest.raises(ValueError, match=r"path: must be a new file, or one that save has written, got '.*', which is"):
        net.save(file)
    assert file.read_text() == "my thesis"
    net.save(file, overwrite=True)
    EulerNet(2, 3, 2, 2).save(file)
    assert type(rknet.load(file)) is EulerNet


def test_a_checkpoint_is_not_overwritten(file: Path) -> None:
    """It is ours, but another kind of file, with hours of training in it."""
    save_file({"a": torch.zeros(1)}, file, {"format": checkpoint.FORMAT})
    with pytest.raises(ValueError, match="path: must be a new file"):
        RK4Net(2, 3, 2, 2).save(file)
    with pytest.raises(ValueError, match="path: must be a net or an estimator that rknet has saved, .* which is none"):
        rknet.load(file)


def test_folders_and_pipes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((tmp_path, "folder"), (tmp_path / "pipe", "pipe")):
        with pytest.raises(ValueError, match=f"path: must be a file, got the {what}"):
            RK4Net(2, 3, 2, 2).save(path)
        with pytest.raises(ValueError, match=f"path: must be a file, got the {what}"):
            rknet.load(path)
    with pytest.raises(FileNotFoundError):
        rknet.load(tmp_path / "nothing")


def test_a_full_disk_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RK4Net(2, 3, 2, 2).save(file)
    before = file.read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        EulerNet(2, 3, 2, 2).save(file)
    assert [(path, path.read_bytes()) for path in file.parent.iterdir()] == [(file, before)]


# ---- what is refused


@pytest.mark.parametrize("at", ["start", "header", "end", "cut"])
def test_damage_is_found(at: str, file: Path) -> None:
    RK4Net(2, 3, 2, 2).save(file)
    content = bytearray(file.read_bytes())
    if at == "cut":
        content = content[:-1]
    else:
        content[{"start": 3, "header": content.index(b"tanh"), "end": len(content) - 1}[at]] ^= 1
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"^path: must (hold what rknet has saved|be a net or an estimator)") as caught:
        rknet.load(file)
    assert "\n" not in str(caught.value)


def test_nothing_is_unpickled(file: Path) -> None:
    """A pickle that would make a file is refused, and makes none."""

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (file.with_name("made"),)

    file.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ValueError, match="which is none; pass a file that net.save or model.save has written"):
        rknet.load(file)
    assert not file.with_name("made").exists()


def rewritten(path: Path, change: Callable[[dict[str, Any], dict[str, torch.Tensor]], object]) -> None:
    """The file with other contents, and a checksum that holds."""
    with safe_open(path, "pt") as opened:
        metadata, tensors = opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    facts = json.loads(metadata["facts"])
    change(facts, tensors)
    metadata["facts"] = json.dumps(facts)
    metadata["checksum"] = checkpoint.checksum(metadata, tensors)
    save_file(tensors, path, metadata)


def stated(**values: Any) -> Callable[[dict[str, Any], dict[str, torch.Tensor]], object]:
    return lambda facts, tensors: facts["architecture"].update(values)


OTHERS: dict[str, Callable[[dict[str, Any], dict[str, torch.Tensor]], object]] = {
    "no architecture": lambda facts, tensors: facts.clear(),
    "text": lambda facts, tensors: facts.update(architecture="rk4"),
    "huge": stated(d=10**9, d_hat=10**9),
    "huge depth": stated(L=10**12),
    "huge classes": stated(classes=10**12),
    "negative": stated(d=-1),
    "wide input": stated(d=10**9),
    "activation": stated(activation="exec"),
    "lift": stated(lift="os"),
    "scheme of text": stated(A=[["__import__('os')"]], beta=["1"]),
    "implicit": stated(A=[["1/2"]], beta=["1"]),
    "step": stated(h=-1.0),
    "step of text": stated(h="0.05"),
    "infinite step": stated(h=1e999),
    "image": stated(image=[10**9, 10**9, 1], shape=[1, 1, 1], kernel=3),
    "a tensor is missing": lambda facts, tensors: tensors.pop("mu"),
    "a tensor too many": lambda facts, tensors: tensors.update(other=torch.zeros(1)),
    "shapes": lambda facts, tensors: tensors.update(W=torch.zeros(2, 7)),
    "precision": lambda facts, tensors: tensors.update({name: of.int() for name, of in tensors.items()}),
    "trained": lambda facts, tensors: facts.update(trained=1),
}


@pytest.mark.parametrize("other", OTHERS)
def test_other_contents_are_refused_in_a_line(other: str, file: Path) -> None:
    """With a checksum that holds: nothing large is made, and nothing of a text is evaluated."""
    RK4Net(2, 3, 2, 2).save(file)
    rewritten(file, OTHERS[other])
    with pytest.raises(ValueError, match=r"^path: must hold what rknet has saved, got '.*' with something else "):
        rknet.load(file)


# ---- estimators


def models() -> dict[str, Any]:
    quick: dict[str, Any] = {"L": 2, "d_hat": 4, "epochs": 2, "random_state": 0}
    words, numbers = np.array(["no", "yes"])[FEW.c], np.column_stack([FEW.X, 1e3 * FEW.X[:, 0]])
    return {
        "words": RKNetClassifier(**quick).fit(FEW.X, words),
        "objects": RKNetClassifier(**quick).fit(FEW.X, words.astype(object)),
        "truth": RKNetClassifier(**quick, class_weight={True: 2.0, False: 1.0}).fit(FEW.X, FEW.c == 1),
        "many": RKNetClassifier(**quick, tableau=None, schedule=Steps(1), clip=1.0).fit(FEW.X, np.arange(60) % 5),
        "own scheme": RKNetClassifier(**quick, tableau=OWN, early_stopping=True).fit(FEW.X, FEW.c),
        "one target": RKNetRegressor(**quick, weight_decay=0.1).fit(FEW.X, numbers[:, 0]),
        "targets": RKNetRegressor(**quick, optimizer="sgd").fit(FEW.X, numbers),
    }


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # barely trained nets
    MODELS = models()


@pytest.mark.parametrize("name", MODELS)
def test_an_estimator_comes_back(name: str, file: Path) -> None:
    """Parameters, what it has learned, predictions, and the epoch after: the same bits."""
    model = MODELS[name]
    model.save(file)
    found = rknet.load(file)
    assert type(found) is type(model)
    assert found.get_params() == model.get_params()
    np.testing.assert_array_equal(found.predict(FEW.X), model.predict(FEW.X))
    assert found.predict(FEW.X).dtype == model.predict(FEW.X).dtype
    assert found.loss_curve_ == model.loss_curve_
    np.testing.assert_array_equal(found.history_.val_cost, model.history_.val_cost)
    if not model.early_stopping:
        y = model.predict(FEW.X)
        copied = pickle.loads(pickle.dumps(model))
        expected = copied.partial_fit(FEW.X, y).predict(FEW.X)
        np.testing.assert_array_equal(found.partial_fit(FEW.X, y).predict(FEW.X), expected)
        assert weights_hash(found.net_) == weights_hash(copied.net_)


def test_names_of_features_come_back(file: Path) -> None:
    frame = pandas.DataFrame(FEW.X, columns=["a", "b"])
    RKNetClassifier(L=1, epochs=1).fit(frame, FEW.c).save(file)
    found = rknet.load(file)
    assert found.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="feature names should match"):
        found.predict(frame.rename(columns={"a": "c"}))


def test_estimators_that_cannot_be_saved(file: Path) -> None:
    few = {"L": 1, "epochs": 1}
    with pytest.raises(ValueError, match=r"model: must be fitted, got RKNetClassifier\(\); call fit first"):
        RKNetClassifier().save(file)
    with pytest.raises(ValueError, match="schedule: must be a name or a number to be saved, got <function"):
        RKNetClassifier(**few, schedule=lambda epoch: 1.0).fit(FEW.X, FEW.c).save(file)
    with pytest.raises(ValueError, match="random_state: must be a name or a number to be saved, got RandomState"):
        RKNetClassifier(**few, random_state=np.random.RandomState(0)).fit(FEW.X, FEW.c).save(file)

    class Mine(RKNetClassifier):
        pass

    with pytest.raises(ValueError, match="model: must be one of RKNetClassifier, RKNetRegressor, got a Mine; save its"):
        Mine(**few).fit(FEW.X, FEW.c).save(file)
    assert not file.exists()


WRONG: dict[str, Callable[[dict[str, Any], dict[str, torch.Tensor]], object]] = {
    "kind": lambda facts, tensors: facts.update(estimator="os:system"),
    "no parameters": lambda facts, tensors: facts.pop("parameters"),
    "unknown parameter": lambda facts, tensors: facts["parameters"].update(other=1),
    "object array": lambda facts, tensors: facts["arrays"].update(classes_=["|O", [1, 2]]),
    "dates": lambda facts, tensors: facts["arrays"].update(classes_=["<M8[s]", [1, 2]]),
    "too few classes": lambda facts, tensors: facts["arrays"].update(classes_=["<i8", [1]]),
    "features": lambda facts, tensors: facts["learned"].update(n_features_in_=3),
    "generator": lambda facts, tensors: facts["memory"].update(drawn={"bit_generator": "os"}),
    "past": lambda facts, tensors: facts["memory"].update(past="2"),
    "history": lambda facts, tensors: tensors.pop("history/val_cost"),
    "net": lambda facts, tensors: tensors.pop("net/K"),
    "single": lambda facts, tensors: tensors.update({k: v.float() for k, v in tensors.items() if k[:4] == "net/"}),
}


@pytest.mark.parametrize("other", WRONG)
def test_other_estimators_are_refused(other: str, file: Path) -> None:
    MODELS["words"].save(file)
    rewritten(file, WRONG[other])
    with pytest.raises(ValueError, match=r"^path: must hold what rknet has saved, got '.*' with something else"):
        rknet.load(file)


def test_a_later_format_is_told(file: Path) -> None:
    save_file({"a": torch.zeros(1)}, file, {"format": f"{saving.MARK}net 9"})
    with pytest.raises(ValueError, match="of the format 'rknet saved net 9'"):
        rknet.load(file)


def test_a_net_of_one_output_comes_back(file: Path) -> None:
    net = RK4Net(2, 3, 2, 2)
    net.W, net.mu = nn.Parameter(net.W[:1].detach()), nn.Parameter(net.mu[:1].detach())
    net.save(file)
    assert weights_hash(rknet.load(file)) == weights_hash(net)
