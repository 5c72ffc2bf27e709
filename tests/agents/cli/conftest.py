"""The command line in this process, each test in an empty folder of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from agents.cli.main import main

NETWORK = "0123,4567"


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout; fails if there is anything else."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line on stderr of a command that failed and printed nothing else."""
        assert self.out == ""
        assert self.err.startswith("scratch2048: "), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("scratch2048: ").rstrip("\n")


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A function: arguments -> exit code, stdout, stderr."""

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Linux machine with neither a display nor a wish for one."""
    monkeypatch.setattr("sys.platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder, to be read only: 300 games of a small network."""
    path = tmp_path_factory.mktemp("runs") / "small"
    arguments = ["--network", NETWORK, "--games", "300", "--seed", "1", "--quiet"]
    assert main(["train", "ntuple", *arguments, "--out", str(path)]) == 0
    return path


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A replay, to be read only: greedy's game of seed 3."""
    path = tmp_path_factory.mktemp("replays") / "greedy.json"
    assert main(["replay", "record", "greedy", "-o", str(path), "--seed", "3", "--quiet"]) == 0
    return path
