import gzip
import hashlib
import http.server
import shutil
import socket
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from networks.data import mnist
from networks.data.classes import characters_of
from networks.data.download import Remote
from networks.data.idx import DataError, write_idx
from networks.data.mnist import load, read_folder, read_pair

USUAL = [remote.name for remote in mnist.MNIST_FILES]


def random_pair(folder, images_name, labels_name, labels):
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(labels))
    images = rng.integers(0, 256, (len(labels), 28, 28), dtype=np.uint8)
    write_idx(folder / images_name, images)
    write_idx(folder / labels_name, np.array(labels, dtype=np.uint8))
    return images


@pytest.fixture
def mnist_like(tmp_path):
    """A folder with four files of the usual names, and what is in them."""
    folder = tmp_path / "served"
    train = random_pair(folder, USUAL[0], USUAL[1], [3, 1, 4, 1, 5])
    test = random_pair(folder, USUAL[2], USUAL[3], [9, 2, 6])
    return folder, train, test


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; `/cut/`, `/long/`, `/wrong/` and `/gone/` do so badly."""

    def do_GET(self):
        self.server.asked.append(self.path)
        _, manner, name = self.path.split("/")
        content = (self.server.folder / name).read_bytes()
        length = len(content)
        if manner == "gone":
            self.send_error(404)
            return
        if manner == "cut":
            content = content[: length // 2]
        elif manner == "long":
            content, length = bytes(1 << 22), 1 << 22
        elif manner == "wrong":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(mnist_like):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.folder, running.asked = mnist_like[0], []
        running.url = f"http://127.0.0.1:{running.server_address[1]}"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    user = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: user / name)
    return user / "scratch2048" / "data"


def publish(monkeypatch, folder, places):
    """Lets the files of MNIST be those in `folder`, to be had from `places`."""
    files = []
    for name in USUAL:
        content = (folder / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        files.append(Remote(name, f"sha256:{digest}", len(content), tuple(places)))
    monkeypatch.setattr(mnist, "MNIST_FILES", tuple(files))


def files_under(folder: Path):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_downloads_once_and_only_what_is_asked_for(mnist_like, server, cache, monkeypatch):
    folder, train, test = mnist_like
    publish(monkeypatch, folder, [f"{server.url}/ok/"])
    seen = []
    images, labels = load("mnist", progress=lambda done, total: seen.append((done, total)))
    np.testing.assert_array_equal(images, train)
    assert labels.tolist() == [3, 1, 4, 1, 5] and labels.dtype == np.int64
    sizes = [(folder / name).stat().st_size for name in USUAL[:2]]
    assert [total for _, total in seen if total] and {total for _, total in seen} == set(sizes)
    assert all(done <= total for done, total in seen)
    assert files_under(cache) == sorted(USUAL[:2])
    load("mnist")
    assert len(server.asked) == 2
    np.testing.assert_array_equal(load("mnist", "test").images, test)
    assert len(server.asked) == 4


def test_the_second_place_is_tried(mnist_like, server, cache, monkeypatch):
    publish(monkeypatch, mnist_like[0], [f"{server.url}/gone/", f"{server.url}/ok/"])
    assert len(load("mnist").labels) == 5


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("cut", "IncompleteRead|hash"),
        ("wrong", "its hash is not the published one"),
        ("long", "more than the"),
        ("gone", "404"),
    ],
)
def test_a_broken_download_leaves_nothing(mnist_like, server, cache, monkeypatch, manner, reason):
    publish(monkeypatch, mnist_like[0], [f"{server.url}/{manner}/"])
    with pytest.raises(DataError, match=reason) as caught:
        load("mnist")
    assert "\n" not in str(caught.value)
    assert not cache.exists() or not files_under(cache)
    assert not (cache / "mnist").exists()


def test_without_network_one_line_says_what_to_put_where(mnist_like, cache, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        place = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        publish(monkeypatch, mnist_like[0], [place])
        with pytest.raises(DataError, match="refused") as caught:
            load("mnist")
    line = str(caught.value)
    assert "\n" not in line
    assert f"put it into {cache / 'mnist'} yourself" in line and USUAL[0] in line
    # Which then works, unpacked too.
    (cache / "mnist").mkdir(parents=True)
    for name in USUAL[:2]:
        with gzip.open(mnist_like[0] / name) as packed:
            (cache / "mnist" / name.removesuffix(".gz")).write_bytes(packed.read())
    assert len(load("mnist").labels) == 5


def test_the_published_files_have_plausible_hashes():
    for remote in (*mnist.MNIST_FILES, mnist.EMNIST_FILE):
        kind, digest = remote.hash.split(":")
        assert len(bytes.fromhex(digest)) == {"sha256": 32, "md5": 16}[kind]
        assert all(place.startswith("https://") for place in remote.folders)


def test_folders_with_four_files_or_one_pair(mnist_like):
    folder, train, test = mnist_like
    np.testing.assert_array_equal(read_folder(folder).images, test)
    np.testing.assert_array_equal(read_folder(folder, "train").images, train)
    np.testing.assert_array_equal(load(folder, "train").images, train)
    for name in USUAL[2:]:
        (folder / name).unlink()
    np.testing.assert_array_equal(read_folder(folder).images, train)
    (folder / USUAL[1]).unlink()
    with pytest.raises(DataError, match="put t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte there"):
        read_folder(folder)


def test_unknown_names(tmp_path):
    with pytest.raises(DataError, match="no such folder, and the names are mnist, emnist-letters"):
        load("imagenet")
    with pytest.raises(DataError, match="no such folder"):
        read_folder(tmp_path / "nothing")
    (tmp_path / USUAL[0]).touch()
    with pytest.raises(DataError, match="a file; name the folder"):
        load(tmp_path / USUAL[0])


@pytest.mark.parametrize(
    ("images", "labels", "reason"),
    [
        (np.zeros((2, 28, 27), np.uint8), np.zeros(2, np.uint8), "2 x 28 x 27 values of uint8"),
        (np.zeros((2, 28, 28), np.int16), np.zeros(2, np.uint8), "values of int16"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(3, np.uint8), "2 images, but .* has 3"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros((2, 1), np.uint8), "one row of labels"),
        (np.zeros((2, 28, 28), np.uint8), np.array([0, 74], np.uint8), "label 74"),
        (np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8), "no images"),
    ],
)
def test_pairs_that_do_not_fit(tmp_path, images, labels, reason):
    write_idx(tmp_path / "i", images)
    write_idx(tmp_path / "l", labels)
    with pytest.raises(DataError, match=reason):
        read_pair(tmp_path / "i", tmp_path / "l")


EMNIST = {
    "letters": ([1, 26, 3], "AZC"),
    "balanced": ([0, 10, 36, 46, 38], "0Aatd"),
    "byclass": ([9, 10, 35, 36, 61], "9AZaz"),
}


def emnist_folder(folder, names=EMNIST, splits=("train", "test")):
    images = {}
    for name in names:
        for split in splits:
            start = f"emnist-{name}-{split}"
            images[name, split] = random_pair(
                folder,
                f"{start}-images-idx3-ubyte.gz",
                f"{start}-labels-idx1-ubyte.gz",
                EMNIST[name][0],
            )
    return images


@pytest.mark.parametrize("name", EMNIST)
def test_emnist_is_turned_upright_and_labelled_as_byclass(tmp_path, name):
    stored = emnist_folder(tmp_path, [name])
    for data in (
        load(f"emnist-{name}", "test", folder=tmp_path),
        read_folder(tmp_path),
    ):
        assert characters_of(data.labels) == EMNIST[name][1]
        np.testing.assert_array_equal(data.images[2, 3], stored[name, "test"][2, :, 3])


def test_a_folder_with_several_sets_of_emnist_is_ambiguous(tmp_path):
    emnist_folder(tmp_path, ["letters", "byclass"])
    with pytest.raises(DataError, match="letters and byclass; keep one"):
        read_folder(tmp_path)


def test_letters_count_from_one(tmp_path):
    random_pair(
        tmp_path,
        "emnist-letters-train-images-idx3-ubyte",
        "emnist-letters-train-labels-idx1-ubyte",
        [1, 0],
    )
    with pytest.raises(DataError, match="label 0; EMNIST letters counts from 1"):
        load("emnist-letters", folder=tmp_path)


def zipped(mnist_like, monkeypatch, server, manner="ok", names=EMNIST):
    """Serves an archive like EMNIST's."""
    folder = mnist_like[0]
    emnist_folder(folder / "parts", names)
    with zipfile.ZipFile(folder / "gzip.zip", "w") as archive:
        for path in sorted((folder / "parts").iterdir()):
            archive.write(path, f"gzip/{path.name}")
        archive.writestr("gzip/../../escaped.gz", b"outside")
    shutil.rmtree(folder / "parts")
    content = (folder / "gzip.zip").read_bytes()
    digest = hashlib.md5(content).hexdigest()
    place = f"{server.url}/{manner}/"
    remote = Remote("gzip.zip", f"md5:{digest}", len(content), (place,))
    monkeypatch.setattr(mnist, "EMNIST_FILE", remote)


def test_emnist_is_downloaded_once_for_all_its_sets(mnist_like, server, cache, monkeypatch):
    zipped(mnist_like, monkeypatch, server)
    for name, (_, characters) in EMNIST.items():
        assert characters_of(load(f"emnist-{name}").labels) == characters
    assert server.asked == ["/ok/gzip.zip"]
    found = files_under(cache.parent.parent)
    assert len(found) == 12 and all(name.startswith("emnist-") for name in found)


def test_a_broken_emnist_leaves_nothing_and_names_the_files(mnist_like, server, cache, monkeypatch):
    zipped(mnist_like, monkeypatch, server, "wrong")
    with pytest.raises(DataError, match="put emnist-letters-train-images-idx3-ubyte") as caught:
        load("emnist-letters")
    assert str(cache / "emnist") in str(caught.value)
    assert not (cache / "emnist").exists()


def test_an_archive_that_lacks_the_set(mnist_like, server, cache, monkeypatch):
    zipped(mnist_like, monkeypatch, server, names=["byclass"])
    with pytest.raises(DataError, match="lacks emnist-letters-train-images-idx3-ubyte"):
        load("emnist-letters")
