"""Checkpoints of agents: what they say they are, and refusal of all else in one line."""

import os
from pathlib import Path

import numpy as np
import pytest

from agents.errors import AgentFileError
from agents.training.checkpoints import FORMAT, VERSION, read_checkpoint, write_checkpoint
from env2048.errors import Scratch2048Error
from networks.checkpoint import read_tensors, write_tensors

TENSORS = {"weights": np.arange(6, dtype=np.float32).reshape(2, 3), "bits": np.ones(5, np.uint8)}


def test_round_trip(tmp_path):
    path = tmp_path / "a.safetensors"
    write_checkpoint(path, TENSORS, {"agent": "ntuple", "games": 5, "config": {"alpha": None}})
    tensors, metadata = read_checkpoint(str(path))
    assert set(tensors) == set(TENSORS)
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(tensors[name], tensor, strict=True)
    assert metadata == {
        "format": FORMAT,
        "version": VERSION,
        "agent": "ntuple",
        "games": 5,
        "config": {"alpha": None},
    }


def test_an_agent_that_has_learned_nothing_has_no_tensors(tmp_path):
    path = tmp_path / "a.safetensors"
    write_checkpoint(path, {}, {"agent": "random"})
    assert read_checkpoint(path)[0] == {}


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({}, "not an agent's checkpoint"),
        ({"format": "other", "agent": "ntuple", "version": VERSION}, "not an agent's checkpoint"),
        ({"format": FORMAT, "version": VERSION}, "not an agent's checkpoint"),
        ({"format": FORMAT, "agent": "ntuple"}, r"version None is not known to this program \(1\)"),
        ({"format": FORMAT, "agent": "ntuple", "version": 2}, "version 2 .*; update scratch2048"),
    ],
)
def test_other_files(metadata, message, tmp_path):
    path = tmp_path / "a.safetensors"
    write_tensors(path, TENSORS, metadata)
    with pytest.raises(AgentFileError, match=f"^{path}: {message}"):
        read_checkpoint(path)


def test_missing_and_damaged(tmp_path):
    path = tmp_path / "a.safetensors"
    with pytest.raises(AgentFileError, match=f"^{path}: no such file$"):
        read_checkpoint(path)
    path.write_bytes(b"not one")
    with pytest.raises(AgentFileError, match=f"^{path}: not a checkpoint of this program") as error:
        read_checkpoint(path)
    assert isinstance(error.value, Scratch2048Error)  # shown as one line
    assert "\n" not in str(error.value)


def test_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    write_checkpoint(path, TENSORS, {"agent": "ntuple"})
    before = path.read_bytes()

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_checkpoint(path, {}, {"agent": "ntuple"})
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.safetensors"]


def test_is_flushed_before_it_takes_the_place_of_the_old_one(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(
        Path, "replace", lambda self, target: (calls.append("replace"), replace(self, target))
    )
    write_checkpoint(tmp_path / "a.safetensors", TENSORS, {"agent": "ntuple"})
    assert calls == ["fsync", "replace"]
    assert read_tensors(tmp_path / "a.safetensors")[1]["agent"] == "ntuple"
