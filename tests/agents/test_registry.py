"""`agents.load`: names, files, run folders, and one clear line for everything else."""

import os
import shutil
import time

import numpy as np
import pytest
from playing import outcomes
from safetensors.numpy import save_file

import agents
from agents import registry
from agents.base import Agent
from agents.errors import AgentFileError
from agents.greedy import GreedyAgent
from agents.ntuple.agent import NTupleAgent
from agents.policy.agent import PolicyAgent
from agents.random import RandomAgent
from agents.registry import NAMES, load
from agents.training.checkpoints import write_checkpoint
from env2048.errors import UnknownNameError
from env2048.keys import first_keys
from networks.checkpoint import read_tensors, write_tensors


@pytest.fixture
def saved(ntuple_agent, tmp_path):
    """A file that holds the small n-tuple agent."""
    path = tmp_path / "agent.safetensors"
    ntuple_agent.save(path)
    return path


def fails(path, error, message):
    """`load` says so, in one line."""
    with pytest.raises(error, match=message) as raised:
        load(path)
    assert "\n" not in str(raised.value)


# ------------------------------------------------------------------------------------- names


def test_public_names():
    assert agents.load is load
    assert {"Agent", "evaluate", "load"} <= set(agents.__all__)
    with pytest.raises(AttributeError, match="no attribute 'train'"):
        agents.train  # noqa: B018


@pytest.mark.parametrize(("name", "kind"), [("random", RandomAgent), ("greedy", GreedyAgent)])
def test_rules_by_name(name, kind):
    agent = load(name)
    assert type(agent) is kind
    assert (agent.name, agent.size) == (name, None)


def test_the_embedded_network_is_ready_in_a_second_and_plays_well():
    """Chance has 1,094 points; a network that has learned nothing 3,000 or so."""
    load("ntuple").play(first_keys(0, 0))  # compiles
    start = time.process_time()
    agent = load("ntuple")
    assert time.process_time() - start < 1.5
    assert (agent.name, agent.size) == ("ntuple", 4)
    games = agent.play(first_keys(0, 200))
    assert games.scores.mean() > 120_000
    assert (games.largest >= 11).mean() > 0.95  # of 2,000 games 98.8%
    assert (registry._WEIGHTS / "ntuple.safetensors").stat().st_size <= 8_000_000


def test_every_name_plays():
    board = np.array([[1, 2, 0, 0], [0] * 4, [0] * 4, [0] * 4], np.uint8)
    for name in NAMES:
        agent = load(name)
        assert isinstance(agent, Agent)
        assert agent.name == name
        assert agent.act(board, np.random.default_rng(0)) in (1, 2)


@pytest.mark.parametrize("name", ["expert", "", "Random", "a\0b", "ntuple ", "checkpoint"])
def test_unknown_names(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    choices = "choose random, greedy, ntuple, policy, or give a run"
    fails(name, UnknownNameError, f"unknown agent .*: {choices}")


# ------------------------------------------------------------------------- files and folders


def test_save_and_load(agent, tmp_path):
    path = tmp_path / "some.safetensors"
    agent.save(str(path))
    loaded = load(path)
    assert type(loaded) is type(agent)
    keys = first_keys(5, 10)
    games = [each.play(keys, np.random.default_rng(1)) for each in (agent, loaded)]
    assert outcomes(games[0]) == outcomes(games[1])
    assert [found.name for found in tmp_path.iterdir()] == ["some.safetensors"]


def test_weights_come_back_exactly(saved, ntuple_agent):
    loaded = load(saved)
    assert loaded.network.patterns.cells == ntuple_agent.network.patterns.cells
    weights = ntuple_agent.network.table[:, :1]  # beside them TC keeps what only learning needs
    assert loaded.network.table.tobytes() == weights.tobytes()


def test_an_agent_from_a_file_is_called_after_it_and_can_be_saved_again(saved, tmp_path):
    agent = load(str(saved))
    assert agent.name == str(saved)
    agent.save(tmp_path / "again.safetensors")
    again = load(tmp_path / "again.safetensors")
    assert isinstance(again, NTupleAgent)
    assert again.network.table.tobytes() == agent.network.table.tobytes()
    with pytest.raises(ValueError, match=f"{saved} plays boards of size 4, not 3"):
        agent.act(np.ones((3, 3), np.uint8))


def test_a_run_folder(saved, tmp_path, monkeypatch):
    run = tmp_path / "runs" / "ntuple-1"
    run.mkdir(parents=True)
    shutil.copy(saved, run / "checkpoint.safetensors")
    monkeypatch.chdir(tmp_path)
    for name in ("runs/ntuple-1", "runs/ntuple-1/", run, str(run)):
        agent = load(name)
        assert isinstance(agent, NTupleAgent)
        assert agent.name == os.fspath(name)


def test_a_name_goes_before_a_folder_of_that_name(saved, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("random", "policy"):
        (tmp_path / name).mkdir()
        shutil.copy(saved, tmp_path / name / "checkpoint.safetensors")
    assert type(load("random")) is RandomAgent
    assert type(load("./random")) is NTupleAgent
    assert type(load("policy")) is PolicyAgent


def test_save_fails_cleanly(agent, tmp_path):
    with pytest.raises(OSError, match=r"agent\.safetensors|No such file"):
        agent.save(tmp_path / "no" / "agent.safetensors")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- missing, damaged, foreign


@pytest.mark.parametrize("name", ["runs/ntuple-9", "./expert", "agent.safetensors", "/no/where"])
def test_missing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fails(name, AgentFileError, f"^{name}: no such file or run folder$")


def test_a_name_that_no_file_can_have():
    fails("a" * 5000, AgentFileError, "^a+: File name too long$")


def test_a_folder_without_an_agent(tmp_path):
    fails(tmp_path, AgentFileError, r": holds no agent yet \(it has no checkpoint\.safetensors\)$")


def test_a_folder_in_the_place_of_the_file(tmp_path):
    (tmp_path / "checkpoint.safetensors").mkdir()
    fails(tmp_path, AgentFileError, r"checkpoint\.safetensors: ")


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\3\4 a zip file", b"\xff" * 5000])
def test_not_a_checkpoint(content, tmp_path):
    path = tmp_path / "agent.safetensors"
    path.write_bytes(content)
    fails(path, AgentFileError, "^.*/agent.safetensors: not a checkpoint of this program ")


def test_cut_off_anywhere(saved):
    content = saved.read_bytes()
    for size in (7, 100, len(content) // 2, len(content) - 1):
        saved.write_bytes(content[:size])
        fails(saved, AgentFileError, "^.*/agent.safetensors: not a checkpoint of this program ")


def test_safetensors_of_other_programs(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file({"weight": np.zeros(3, np.float32)}, path)
    fails(path, AgentFileError, "not a checkpoint of this program")
    save_file({"weight": np.zeros(3, np.float32)}, path, {"metadata": "[1]"})
    fails(path, AgentFileError, "not a checkpoint of this program")
    write_tensors(path, {}, {"format": "scratch2048-networks", "version": 1})
    fails(path, AgentFileError, "^.*/model.safetensors: not an agent's checkpoint$")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "not an agent's checkpoint"),
        ({"version": 2}, r"version 2 is not known to this program \(1\); update scratch2048"),
        ({"version": None}, "version None is not known"),
        ({"agent": "other"}, "holds an agent of an unknown kind, 'other'"),
        ({"agent": ["ntuple"]}, r"holds an agent of an unknown kind, \['ntuple'\]"),
        ({"patterns": ["0123"]}, "the network in it is damaged"),
        ({"storage": "zip"}, r"the network in it is damaged \(no 'zip'\)"),
    ],
)
def test_metadata_that_does_not_fit(changes, message, saved):
    tensors, metadata = read_tensors(saved)
    write_tensors(saved, tensors, metadata | changes)
    fails(saved, AgentFileError, f"^.*/agent.safetensors: {message}")


def test_a_file_without_its_kind(saved):
    tensors, metadata = read_tensors(saved)
    del metadata["agent"]
    write_tensors(saved, tensors, metadata)
    fails(saved, AgentFileError, "not an agent's checkpoint")


def test_weights_that_are_missing(tmp_path):
    path = tmp_path / "agent.safetensors"
    write_checkpoint(path, {}, {"agent": "ntuple", "patterns": ["012"], "storage": "exact"})
    fails(path, AgentFileError, r"the network in it is damaged \(no 'touched'\)$")


def test_a_wheel_without_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "_WEIGHTS", tmp_path)
    fails("ntuple", AgentFileError, r"^ntuple: holds no agent yet \(it has no ntuple\.safetensors")
