"""Runs of the policy learner, small ones."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from agents.policy.config import PolicyConfig
from agents.policy.trainer import PolicyTrainer
from agents.training.history import read_rows
from agents.training.runs import RunFolder
from agents.training.stop import StopRequest
from networks.checkpoint import read_tensors

SMALL = PolicyConfig(
    steps=18_000,
    algorithm="replay",
    environments=32,
    rollout=8,
    batch=128,
    width=4,
    hidden=(16,),
    buffer=3,
    seed=3,
)


class StopAfter(StopRequest):
    """A request that comes after so many rounds."""

    def __init__(self, rounds):
        super().__init__()
        self._left = rounds

    @property
    def requested(self):
        self._left -= 1
        return self._left < 0


@pytest.fixture
def begin():
    """A function: folder, settings of a small run -> a trainer that has not begun."""

    def run(path, **settings):
        config = replace(SMALL, **settings)
        return PolicyTrainer.begin(config, RunFolder.create(path, "policy", asdict(config)))

    return run


@pytest.fixture
def resume():
    """A function: folder, settings -> a trainer that goes on."""
    return lambda path, **settings: PolicyTrainer.resume(
        replace(SMALL, **settings), RunFolder(path)
    )


@pytest.fixture
def stop_after():
    return StopAfter


@pytest.fixture
def left_behind():
    """A function: folder -> all in it that a run without an interruption would also have."""

    def look(path):
        run = RunFolder(path)
        tensors, metadata = read_tensors(run.checkpoint_path)
        assert read_rows(run.metrics_path)
        progress = tuple(metadata[name] for name in ("games", "moves", "steps", "rounds"))
        return {
            **{name: (tensor.shape, tensor.tobytes()) for name, tensor in tensors.items()},
            "metrics": run.metrics_path.read_bytes(),
            "progress": progress,
            "files": sorted(found.name for found in path.iterdir()),
        }

    return look


@pytest.fixture
def boards():
    """300 packed boards of every sort, uint64, and their cells uint8 [300, 4, 4]."""
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 12, (300, 16)) * (rng.random((300, 16)) < 0.8)
    packed = (cells.astype(np.uint64) << np.arange(0, 64, 4, dtype=np.uint64)).sum(axis=1)
    return packed.astype(np.uint64), cells.astype(np.uint8).reshape(-1, 4, 4)
