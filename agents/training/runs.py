"""Run folders: where one training run keeps all there is to know about it.

RUN/
  config.json             what was asked for, the exact commands, versions, seed
  metrics.jsonl           one line per 100 games
  checkpoint.safetensors  what has been learned, and all that is needed to go on
"""

import json
import os
import platform
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import Any

from env2048.errors import Scratch2048Error
from env2048.files import atomic_path

try:
    import fcntl
except ImportError:  # Windows, where a folder cannot be locked
    fcntl = None  # type: ignore[assignment]

RUNS = Path("runs")
"""Where runs go unless they are given a folder, below the current folder."""

_HALF_WRITTEN = re.compile(r"\.[0-9a-f]{16}\.(json|jsonl|safetensors)")
_PACKAGES = ("scratch2048", "numpy", "numba", "gymnasium", "safetensors")


class RunError(Scratch2048Error):
    """A run folder that is in use, missing or damaged."""


@dataclass(frozen=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def config_path(self) -> Path:
        """What was asked for."""
        return self.path / "config.json"

    @property
    def metrics_path(self) -> Path:
        """The learning curve."""
        return self.path / "metrics.jsonl"

    @property
    def checkpoint_path(self) -> Path:
        """The agent, and what is needed to go on."""
        return self.path / "checkpoint.safetensors"

    @classmethod
    def create(cls, path: Path, kind: str, config: Mapping[str, Any]) -> "RunFolder":
        """Makes the folder and writes config.json.

        Args:
            path: the folder; it must be missing or empty.
            kind: the agent's kind, as `ntuple`.
            config: the settings, seed included.

        Raises:
            RunError: if something is there already, or the folder cannot be made.
        """
        claim(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{path}: cannot make this folder ({error.strerror})") from None
        run = cls(path)
        run._write({"kind": kind, "config": dict(config), "sessions": [_session()]})
        return run

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """A run that exists.

        Raises:
            RunError: if it is none.
        """
        run = cls(path)
        run.read()
        return run

    def read(self) -> dict[str, Any]:
        """config.json: `kind`, `config`, `sessions` (command, versions, start of each).

        Raises:
            RunError: if it is missing or damaged.
        """
        try:
            content = json.loads(self.config_path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise RunError(f"{self.path}: not a run folder (it has no config.json)") from None
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(f"{self.config_path}: cannot be read ({error})") from None
        parts = {"kind": str, "config": dict, "sessions": list}
        if not isinstance(content, dict) or not all(
            isinstance(content.get(name), type_) for name, type_ in parts.items()
        ):
            raise RunError(f"{self.config_path}: does not describe a run")
        return content

    def resumed(self, config: Mapping[str, Any]) -> None:
        """Notes the settings of a run that goes on, and the command that made it go on."""
        content = self.read()
        content["config"] = dict(config)
        content["sessions"].append(_session())
        self._write(content)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps others from training this run until the block ends, or the process.

        Raises:
            RunError: if one is training it already.
        """
        if fcntl is None:
            yield
            return
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(folder)
            raise RunError(f"{self.path}: is being trained already; stop that first") from None
        except OSError:
            pass  # a file system without locks
        try:
            yield
        finally:
            os.close(folder)

    def remove_half_written(self) -> None:
        """Removes what a kill left behind in the middle of writing: see `atomic_path`."""
        for path in self.path.glob(".*"):
            if _HALF_WRITTEN.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def _write(self, content: Mapping[str, Any]) -> None:
        with atomic_path(self.config_path) as temporary:
            temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def claim(path: Path) -> Path:
    """Checks that writing to `path` loses nothing: it is missing, an empty folder or an empty file.

    Raises:
        RunError: if something is there.
    """
    try:
        taken = any(path.iterdir()) if path.is_dir() else path.exists() and path.stat().st_size > 0
    except OSError as error:
        raise RunError(f"{path}: cannot be looked at ({error.strerror})") from None
    if taken:
        raise RunError(f"{path}: exists already; choose another name, or remove it first")
    return path


def free_name(stem: str, folder: Path = RUNS) -> Path:
    """The first of folder/stem-1, folder/stem-2, ... that does not exist."""
    return next(path for n in count(1) if not (path := folder / f"{stem}-{n}").exists())


def _session() -> dict[str, Any]:
    """When, how and on what a run was started."""
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["scratch2048", *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _PACKAGES},
        "platform": platform.platform(),
        "cores": os.cpu_count(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # a checkout on the path that was never installed
        return None
