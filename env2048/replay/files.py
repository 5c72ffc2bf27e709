"""Reading and writing replay files.

Files come from anywhere: whatever is in them costs bounded time and memory and, if it is not a
replay, ends in one line that names the file and what is wrong.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from env2048.errors import ReplayError
from env2048.files import atomic_path
from env2048.replay.json_text import (
    MAX_BRACKETS,
    brackets,
    parse_json,
    replay_from_object,
    to_json,
)
from env2048.replay.model import Replay
from env2048.replay.verify import Verification, verify

MAX_BYTES = 32 << 20
"""The longest file that is read, 32 MiB: a game of 200,000 moves with values takes about 10."""


@contextmanager
def naming(path: str | PathLike[str]) -> Iterator[None]:
    """Puts the file's name, as it was given, before the message of a ReplayError raised inside."""
    try:
        yield
    except ReplayError as error:
        raise ReplayError(f"{os.fspath(path)}: {error}") from error


def read_replay(path: str | PathLike[str]) -> Replay:
    """Reads a replay file. It is well-formed then; `verify` tells whether the game in it is right.

    Raises:
        ReplayError: if the file cannot be read or is not a replay, in one line that names it.
    """
    with naming(path):
        return replay_from_object(parse_json(read_text(path)))


def verify_file(path: str | PathLike[str]) -> Verification:
    """Reads a replay file and verifies the game in it.

    Raises:
        ReplayError: naming the file and the first thing that is wrong with it.
    """
    replay = read_replay(path)
    with naming(path):
        return verify(replay)


def write_replay(replay: Replay, path: str | PathLike[str]) -> None:
    """Writes a replay file; under its name is the old file or the new one, never half of one.

    Raises:
        ReplayError: if it cannot be written, or would be too long to be read again.
    """
    with naming(path):
        text = to_json(replay)
        if len(text.encode()) > MAX_BYTES or brackets(text) > MAX_BRACKETS:
            raise ReplayError(
                f"the replay of {len(replay.moves)} moves would be too long to be read again; "
                "leave its values out"
            )
        write_text(text, path)


def read_text(path: str | PathLike[str]) -> str:
    """The text of a regular file of at most 32 MiB.

    Raises:
        ReplayError: saying why there is none, without the file's name (see `naming`).
    """
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise ReplayError("is a folder, not a replay file")
        if not stat.S_ISREG(mode):  # reading a pipe or a device may never end
            raise ReplayError("is not a regular file")
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ReplayError("there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise ReplayError(f"cannot be read: {_reason(error)}") from None
    if len(data) > MAX_BYTES:
        raise ReplayError(f"is longer than {MAX_BYTES >> 20} MiB; no replay is")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReplayError(f"is not UTF-8 text (byte {error.start} is wrong)") from None


def write_text(text: str, path: str | PathLike[str]) -> None:
    """Writes a file by way of a temporary one in the same folder.

    Raises:
        ReplayError: saying why it cannot be written, without the file's name (see `naming`).
    """
    target = Path(path)
    try:
        if target.is_dir():
            raise ReplayError("is a folder, not a file to write to")
        if not target.parent.is_dir():
            raise ReplayError(f"cannot be written: there is no folder {target.parent}")
        with atomic_path(target) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        raise ReplayError(f"cannot be written: {_reason(error)}") from None


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
