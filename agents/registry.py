"""Agents by name or by file: `load("ntuple")`, `load("runs/ntuple-1")`, `load("model.zip")`."""

import os
from pathlib import Path

from agents.base import Agent
from agents.errors import AgentFileError
from agents.training.checkpoints import Training, read_checkpoint
from env2048.errors import UnknownNameError

NAMES = ("random", "greedy", "ntuple", "policy")
"""The agents that come with the package."""

_WEIGHTS = Path(__file__).parent / "weights"


def is_path(name: str) -> bool:
    """Whether a file or folder is meant that exists; the name of a player goes before it."""
    return name not in NAMES and Path(name).exists()


def load(name_or_path: str | os.PathLike[str]) -> Agent:
    """The agent with this name, of this run folder, or in this checkpoint file.

    A .zip file is taken for a MaskablePPO model of Stable-Baselines3 (extra `sb3`). Unlike our own
    files it can hold code that then runs: see `agents/sb3.py`.

    Raises:
        UsageError: if it is such a model, and the extra is not installed.
        UnknownNameError: if it is neither a name nor a path that exists.
        AgentFileError: if the file or folder holds no agent.
    """
    name = os.fspath(name_or_path)
    if name in ("random", "greedy"):
        return _rule(name)
    if name in NAMES:
        return _read(_WEIGHTS / f"{name}.safetensors", name)
    path = Path(name)
    try:
        if name and path.is_dir():
            return _read(path / "checkpoint.safetensors", name)
        if name and path.exists():
            return _read_model(path) if path.suffix == ".zip" else _read(path, name)
    except OSError as error:  # as of a name that is too long
        raise AgentFileError(f"{name}: {error.strerror or error}") from None
    if path.suffix or path.name != name:  # it was meant as a path
        raise AgentFileError(f"{name}: no such file or run folder")
    raise UnknownNameError(
        f"unknown agent {name!r}: choose {', '.join(NAMES)}, or give a run folder"
    )


def _rule(name: str) -> Agent:
    if name == "random":
        from agents.random import RandomAgent

        return RandomAgent()
    from agents.greedy import GreedyAgent

    return GreedyAgent()


def _read(path: Path, name: str) -> Agent:
    """The agent in a checkpoint; it is called by the name that the user knows it by."""
    if not path.exists():
        raise AgentFileError(f"{name}: holds no agent yet (it has no {path.name})")
    tensors, metadata = read_checkpoint(path)
    kind = metadata["agent"]
    if kind in ("random", "greedy"):
        return _rule(kind)
    if kind == "ntuple":
        from agents.ntuple.agent import NTupleAgent

        agent: Agent = NTupleAgent.from_tensors(tensors, metadata, str(path))
    elif kind == "policy":
        from agents.policy.agent import PolicyAgent

        agent = PolicyAgent.from_tensors(tensors, metadata, str(path))
    else:
        raise AgentFileError(f"{path}: holds an agent of an unknown kind, {kind!r}")
    agent.name = name
    agent.training = Training.of(metadata)
    return agent


def _read_model(path: Path) -> Agent:
    from agents.sb3 import MaskablePPOAgent

    return MaskablePPOAgent.read(path)
