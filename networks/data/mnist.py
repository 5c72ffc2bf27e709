"""MNIST and EMNIST by name, and any folder of IDX files in their format.

MNIST: LeCun, Cortes, Burges 1998. EMNIST: Cohen, Afshar, Tapson, van Schaik 2017, arXiv:1702.05373;
its files hold every image transposed, and are turned upright here. Labels are places in
`classes.CLASSES`, so a letter has the same label in every set; where EMNIST has merged a capital
with its small letter, the label is the capital's.

Shapes: N images.
"""

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.data.classes import CAPITALS, CLASSES, DIGITS, LETTERS, labels_of
from networks.data.download import Progress, Remote, cache_folder, download, missing
from networks.data.framing import FRAME
from networks.data.idx import DataError, read_idx

Split = Literal["train", "test"]


class Dataset(NamedTuple):
    """Images uint8 [N, 28, 28], white on black, and their labels int64 [N]."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


_MNIST_FOLDERS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
MNIST_FILES = (
    Remote(
        "train-images-idx3-ubyte.gz",
        "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9_912_422,
        _MNIST_FOLDERS,
    ),
    Remote(
        "train-labels-idx1-ubyte.gz",
        "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28_881,
        _MNIST_FOLDERS,
    ),
    Remote(
        "t10k-images-idx3-ubyte.gz",
        "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1_648_877,
        _MNIST_FOLDERS,
    ),
    Remote(
        "t10k-labels-idx1-ubyte.gz",
        "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4_542,
        _MNIST_FOLDERS,
    ),
)
EMNIST_FILE = Remote(
    "gzip.zip",
    "md5:58c8d27c78d21e728a6bc7b3cc06412e",
    561_753_746,
    (
        "https://biometrics.nist.gov/cs_links/EMNIST/",
        "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
    ),
)

EMNIST_CLASSES = {
    "letters": " " + CAPITALS,  # counted from 1
    "balanced": DIGITS + CAPITALS + "abdefghnqrt",
    "byclass": DIGITS + LETTERS,
}
"""The character of each of EMNIST's own labels."""

NAMES = ("mnist", *(f"emnist-{name}" for name in EMNIST_CLASSES))

_USUAL = {"train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")}
_USUAL["test"] = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def read_pair(images_path: Path, labels_path: Path, classes: int = len(CLASSES)) -> Dataset:
    """Reads a file of images and the file of their labels.

    Raises:
        DataError: if either cannot be read, or they do not fit each other.
    """
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.dtype != np.uint8 or images.shape[1:] != (FRAME, FRAME):
        shape = " x ".join(map(str, images.shape))
        raise DataError(
            f"{images_path}: {shape} values of {images.dtype}; expected images of "
            f"{FRAME} x {FRAME} values of uint8"
        )
    if labels.ndim != 1 or labels.dtype != np.uint8:
        raise DataError(f"{labels_path}: expected one row of labels of uint8")
    if len(images) != len(labels):
        raise DataError(f"{images_path}: {len(images)} images, but {labels_path} has {len(labels)}")
    if not len(images):
        raise DataError(f"{images_path}: no images in it")
    if labels.max() >= classes:
        raise DataError(f"{labels_path}: label {labels.max()}; expected 0 to {classes - 1}")
    return Dataset(images, labels.astype(np.int64))


def _find(folder: Path, names: Sequence[str]) -> list[Path] | None:
    """The paths of files by their names, each with or without .gz; None unless all are there."""
    paths = []
    for name in names:
        found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
        if not found:
            return None
        paths.append(found[0])
    return paths


def read_folder(folder: str | Path, split: Split = "test") -> Dataset:
    """Reads a folder with MNIST's four usual file names, or with one pair of them.

    If only one pair is there, it is read whatever `split` says. Files with EMNIST's names
    (`emnist-letters-train-images-idx3-ubyte` and so on) are turned upright and relabelled.

    Raises:
        DataError: if the folder lacks the files or they are wrong.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    other: Split = "train" if split == "test" else "test"
    for part in (split, other):
        if pair := _find(folder, _USUAL[part]):
            return read_pair(pair[0], pair[1])
    sets = [name for name in EMNIST_CLASSES if any(folder.glob(f"emnist-{name}-*-ubyte*"))]
    if len(sets) > 1:
        raise DataError(f"{folder}: holds EMNIST's {' and '.join(sets)}; keep one in the folder")
    for name in sets:
        for part in (split, other):
            if pair := _find(folder, _emnist_names(name, part)):
                return _read_emnist(name, pair)
    raise DataError(missing(_USUAL[split], folder))


def _emnist_names(name: str, split: Split) -> tuple[str, str]:
    start = f"emnist-{name}-{split}"
    return f"{start}-images-idx3-ubyte", f"{start}-labels-idx1-ubyte"


def _read_emnist(name: str, pair: Sequence[Path]) -> Dataset:
    characters = EMNIST_CLASSES[name]
    images, labels = read_pair(pair[0], pair[1], len(characters))
    upright = np.ascontiguousarray(images.transpose(0, 2, 1))
    first = len(characters) - len(characters.lstrip())
    if labels.min() < first:
        raise DataError(f"{pair[1]}: label {labels.min()}; EMNIST {name} counts from {first}")
    ours = labels_of(characters.lstrip())
    return Dataset(upright, ours[labels - first])


def load(
    source: str | Path,
    split: Split = "train",
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Loads a data set by name, or from a folder.

    Args:
        source: `mnist`, `emnist-letters`, `emnist-balanced`, `emnist-byclass`, or a folder (see
            `read_folder`).
        split: which part.
        folder: where the files of a named set are kept, or downloaded to; by default the user's
            cache folder.
        progress: is told of a download's bytes.

    Raises:
        DataError: if it cannot be had; the message says what to put where.
    """
    name = str(source)
    if name == "mnist":
        place = folder or cache_folder("mnist")
        for remote in MNIST_FILES:
            if remote.name.startswith(_USUAL[split]) and not _find(place, [remote.name[:-3]]):
                download(remote, place, progress)
        return read_folder(place, split)
    if name in NAMES:
        return _load_emnist(name.removeprefix("emnist-"), split, folder, progress)
    if not Path(source).is_dir():
        if Path(source).exists():
            raise DataError(f"{source}: a file; name the folder that holds it")
        raise DataError(f"{source}: no such folder, and the names are {', '.join(NAMES)}")
    return read_folder(source, split)


def _load_emnist(
    name: str, split: Split, folder: Path | None, progress: Progress | None
) -> Dataset:
    place = folder or cache_folder("emnist")
    names = _emnist_names(name, split)
    pair = _find(place, names)
    if pair is None:
        try:
            archive = download(EMNIST_FILE, place, progress)
        except DataError as error:
            raise DataError(f"{error}; or {missing(names, place)}") from None
        _unpack(archive, place)
        pair = _find(place, names)
        if pair is None:
            raise DataError(f"{archive}: lacks {names[0]}.gz")
        archive.unlink()  # half a gigabyte that is not needed again
    return _read_emnist(name, pair)


def _unpack(archive: Path, folder: Path) -> None:
    """Takes the sets that are known here out of EMNIST's archive, each file whole."""
    wanted = {
        f"{name}.gz"
        for each in EMNIST_CLASSES
        for split in _USUAL
        for name in _emnist_names(each, "train" if split == "train" else "test")
    }
    try:
        with (
            zipfile.ZipFile(archive) as file,
            tempfile.TemporaryDirectory(dir=folder, prefix=".") as temporary,
        ):
            for entry in file.infolist():
                base = entry.filename.rpartition("/")[2]
                if base in wanted:
                    entry.filename = base  # out of the folder that it has in the archive
                    Path(file.extract(entry, temporary)).replace(folder / base)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{archive}: cannot be unpacked ({error})") from None
