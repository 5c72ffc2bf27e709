"""Run folders: what they record, and that nothing is ever overwritten."""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from agents.training.runs import RUNS, RunError, RunFolder, claim, free_name
from env2048.errors import Scratch2048Error

CONFIG = {"network": "4x6", "alpha": None, "games": 10, "seed": 7}


@pytest.fixture
def run(tmp_path, monkeypatch):
    arguments = ["/bin/scratch2048", "train", "ntuple", "--out", "my run"]
    monkeypatch.setattr(sys, "argv", arguments)
    return RunFolder.create(tmp_path / "runs" / "ntuple-1", "ntuple", CONFIG)


def test_the_files_of_a_run(run, tmp_path):
    assert run.path == tmp_path / "runs" / "ntuple-1"
    assert run.config_path == run.path / "config.json"
    assert run.metrics_path == run.path / "metrics.jsonl"
    assert run.checkpoint_path == run.path / "checkpoint.safetensors"
    assert [found.name for found in run.path.iterdir()] == ["config.json"]


def test_config_json_says_how_the_run_was_made(run):
    content = json.loads(run.config_path.read_text())
    assert content == run.read()
    assert content["kind"] == "ntuple"
    assert content["config"] == CONFIG
    (session,) = content["sessions"]
    assert session["command"] == "scratch2048 train ntuple --out 'my run'"  # can be pasted
    assert session["python"] == platform.python_version()
    assert session["versions"]["numpy"] == np.__version__
    assert {"scratch2048", "numba", "gymnasium", "safetensors"} <= set(session["versions"])
    assert session["cores"] >= 1
    age = datetime.now(UTC) - datetime.fromisoformat(session["started"])
    assert abs(age.total_seconds()) < 60


def test_resumed_adds_a_session_and_keeps_the_first(run, monkeypatch):
    first = run.read()["sessions"][0]
    monkeypatch.setattr(sys, "argv", ["scratch2048", "train", "--resume", "runs/ntuple-1"])
    run.resumed(CONFIG | {"games": 20})
    content = RunFolder.open(run.path).read()
    assert content["config"]["games"] == 20
    assert content["sessions"][0] == first
    assert content["sessions"][1]["command"] == "scratch2048 train --resume runs/ntuple-1"
    assert [found.name for found in run.path.iterdir()] == ["config.json"]


def test_what_was_half_written_is_removed_and_nothing_else(run):
    for name in (".0123456789abcdef.safetensors", ".0123456789abcdef.json"):
        (run.path / name).touch()
    kept = [".gitignore", "0123456789abcdef.json", ".0123456789abcdef.png", ".hidden.safetensors"]
    for name in kept:
        (run.path / name).touch()
    run.remove_half_written()
    assert {found.name for found in run.path.iterdir()} == {"config.json", *kept}


def test_one_process_trains_a_run_at_a_time(run):
    """Two would write over each other's games. A process that was killed holds nothing."""
    script = (
        "import sys; from pathlib import Path; from agents.training.runs import RunFolder\n"
        "with RunFolder(Path(sys.argv[1])).held(): print('held', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", script, str(run.path)]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(arguments, **streams) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match="ntuple-1: is being trained already"), run.held():
            pass
        other.kill()
    with run.held():
        again = subprocess.run(arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert "is being trained already" in again.stderr
    with run.held():
        pass
    assert [found.name for found in run.path.iterdir()] == ["config.json"]


def test_an_empty_folder_may_be_used(tmp_path):
    assert RunFolder.create(tmp_path, "ntuple", CONFIG).read()["config"] == CONFIG


@pytest.mark.parametrize("taken", ["folder", "file"])
def test_create_overwrites_nothing(taken, tmp_path):
    path = tmp_path / "run"
    if taken == "folder":
        path.mkdir()
        (path / "notes.txt").write_text("mine")
    else:
        path.write_text("mine")
    with pytest.raises(RunError, match=f"^{path}: exists already; choose another name, or remove"):
        RunFolder.create(path, "ntuple", CONFIG)
    assert (path / "notes.txt" if taken == "folder" else path).read_text() == "mine"


def test_create_where_no_folder_can_be(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(RunError, match=f"^{path}: cannot make this folder"):
            RunFolder.create(path, "ntuple", CONFIG)
    with pytest.raises(RunError, match=r"cannot be looked at|cannot make"):
        RunFolder.create(tmp_path / ("a" * 5000), "ntuple", CONFIG)


def test_open_what_is_no_run(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "no", tmp_path / "file"):
        with pytest.raises(RunError, match=rf"^{path}: not a run folder \(it has no config\.json"):
            RunFolder.open(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b'{"kind": "ntuple", "conf', "cannot be read"),
        (b"\xff\xfe\xfd", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"[]", "does not describe a run"),
        (b"null", "does not describe a run"),
        (b"{}", "does not describe a run"),
        (b'{"kind": 5, "config": {}, "sessions": []}', "does not describe a run"),
        (b'{"kind": "ntuple", "config": [], "sessions": []}', "does not describe a run"),
        (b'{"kind": "ntuple", "config": {}, "sessions": {}}', "does not describe a run"),
        (b'{"kind": "ntuple", "config": {}}', "does not describe a run"),
    ],
)
def test_a_damaged_config(content, message, run):
    run.config_path.write_bytes(content)
    for ask in (lambda: RunFolder.open(run.path), lambda: run.resumed(CONFIG)):
        with pytest.raises(RunError, match=rf"^{run.config_path}: {message}") as error:
            ask()
        assert "\n" not in str(error.value)
        assert isinstance(error.value, Scratch2048Error)
    assert run.config_path.read_bytes() == content


def test_claim(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.json").touch()
    for name in ("empty", "empty.json", "new"):
        assert claim(tmp_path / name) == tmp_path / name
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty" / ".hidden").touch()
    (tmp_path / "empty.json").write_text("{}")
    for name in ("empty", "empty.json"):
        with pytest.raises(RunError, match="exists already"):
            claim(tmp_path / name)


def test_free_name(tmp_path, monkeypatch):
    folder = tmp_path / "runs"
    assert free_name("ntuple", folder) == folder / "ntuple-1"
    (folder / "ntuple-1").mkdir(parents=True)
    (folder / "ntuple-2").touch()
    (folder / "ntuple-4").mkdir()
    assert free_name("ntuple", folder) == folder / "ntuple-3"
    assert free_name("quickstart", folder) == folder / "quickstart-1"
    monkeypatch.chdir(tmp_path)
    assert free_name("ntuple") == RUNS / "ntuple-3"
