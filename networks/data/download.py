"""Downloads, whole or not at all: size and published hash are right before a file has its name."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import platformdirs
import pooch

from networks.data.idx import DataError

Progress = Callable[[int, int], None]
"""Is told how many bytes have come, and how many there are."""

_TIMEOUT = 20  # seconds of silence


class Remote(NamedTuple):
    """A file that can be had from several places.

    Attributes:
        name: of the file.
        hash: with its kind, as `md5:58c8...`.
        size: in bytes.
        folders: URLs of the folders that hold it, tried in turn.
    """

    name: str
    hash: str
    size: int
    folders: tuple[str, ...]


def cache_folder(name: str) -> Path:
    """Where the user's copy of a data set is kept; it may not exist yet."""
    return platformdirs.user_cache_path("scratch2048", appauthor=False) / "data" / name


class _Meter:
    """What pooch reports to as it downloads; it stops a file that is too long."""

    def __init__(self, remote: Remote, progress: Progress | None) -> None:
        self.total = remote.size
        self._remote, self._progress, self._done = remote, progress, 0

    def update(self, count: int) -> None:
        """Counts bytes; the last piece is counted as a whole one."""
        self._done += count
        if self._done >= self._remote.size + 2 * _PIECE:
            raise ValueError(f"more than the {self._remote.size:,} bytes that it should have")
        if self._progress:
            self._progress(min(self._done, self._remote.size), self._remote.size)

    def reset(self) -> None:
        """Pooch starts again at the end, to fill its bar."""
        self._done = 0

    def close(self) -> None:
        """Nothing to close."""


_PIECE = 1 << 16


def download(remote: Remote, folder: Path, progress: Progress | None = None) -> Path:
    """Downloads a file into a folder, unless it is there and has the right hash.

    Until its hash has been found right it has another name, and if it is wrong, incomplete or too
    long, nothing of it stays.

    Raises:
        DataError: if no place has it; the message says what to put where instead.
    """
    pooch.get_logger().setLevel("ERROR")
    fresh = not folder.exists()
    reasons = []
    for url in (place + remote.name for place in remote.folders):
        fetch = pooch.HTTPDownloader(
            progressbar=_Meter(remote, progress),
            chunk_size=_PIECE,
            timeout=_TIMEOUT,
            headers={"Accept-Encoding": "identity"},  # the file as it is, not unpacked on the way
        )
        try:
            path = pooch.retrieve(url, remote.hash, remote.name, folder, downloader=fetch)
            return Path(path)
        except (OSError, ValueError) as error:  # no network, refused, wrong size, wrong hash
            reasons.append(f"{url}: {_brief(error)}")
    if fresh and folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
    raise DataError(
        f"{remote.name} could not be downloaded ({'; '.join(reasons)}); "
        f"put it into {folder} yourself, or name a folder that has it"
    )


def _brief(error: Exception) -> str:
    """One short reason out of what the libraries say."""
    text = " ".join(str(error).split())
    if "does not match the known hash" in text:
        return "its hash is not the published one"
    for sign in ("resolve", "resolution", "unreachable", "refused", "timed out"):
        if sign in text:
            return f"no connection ({sign if sign != 'resolve' else 'no name service'})"
    return text[:160] or type(error).__name__


def missing(names: Sequence[str], folder: Path) -> str:
    """The line that says which files to put into a folder."""
    return f"{folder}: put {', '.join(names)} there (with or without .gz)"
