"""Training runs to test with."""

from dataclasses import asdict, replace

import pytest

from agents.ntuple import trainer as module
from agents.ntuple.config import NTupleConfig
from agents.ntuple.trainer import NTupleTrainer
from agents.training.history import read_rows
from agents.training.runs import RunFolder
from agents.training.stop import StopRequest
from networks.checkpoint import read_tensors

SMALL = NTupleConfig(network="0123,4567", alpha=0.5, games=350, seed=3)


class StopAfter(StopRequest):
    """A request that comes when it has been asked for so many times, once before each piece.

    A piece has twice the games of the one before at most, so no more than 2^asked are played.
    """

    def __init__(self, asked):
        super().__init__()
        self._left = asked

    @property
    def requested(self):
        self._left -= 1
        return self._left < 0


def _begin(path, **settings):
    config = replace(SMALL, **settings)
    return NTupleTrainer.begin(config, RunFolder.create(path, "ntuple", asdict(config)))


def _resume(path, **settings):
    return NTupleTrainer.resume(replace(SMALL, **settings), RunFolder(path))


def _left_behind(path):
    """What a run has in its folder: weights, games and metrics, but not the seconds it took."""
    run = RunFolder(path)
    tensors, metadata = read_tensors(run.checkpoint_path)
    assert read_rows(run.metrics_path)
    return {
        **{name: (tensor.shape, tensor.tobytes()) for name, tensor in tensors.items()},
        "metrics": run.metrics_path.read_bytes(),
        "progress": (metadata["games"], metadata["moves"]),
        "files": sorted(found.name for found in path.iterdir()),
    }


@pytest.fixture
def begin():
    """A function: folder, settings of a small run -> a trainer that has not begun."""
    return _begin


@pytest.fixture
def resume():
    """A function: folder, settings -> a trainer that goes on."""
    return _resume


@pytest.fixture
def left_behind():
    """A function: folder -> all in it that a run without an interruption would also have."""
    return _left_behind


@pytest.fixture
def stop_after():
    """A function: number -> a request to stop after fewer than 2^number games."""
    return StopAfter


@pytest.fixture
def in_small_pieces(monkeypatch):
    """Runs look up every few games, and save every few looks."""
    monkeypatch.setattr(module, "CHECKPOINT_SECONDS", 0.05)
    monkeypatch.setattr(module, "SAVING_SHARE", 1.0)
    monkeypatch.setattr(module, "_CHUNK_SECONDS", 0.005)


@pytest.fixture
def slow_down(monkeypatch):
    """A function: trainer, method=seconds, ... -> by its clock, these take so long, no others."""
    clock = {"now": 0.0}

    def slow(trainer, **methods):
        monkeypatch.setattr(module.time, "perf_counter", lambda: clock["now"])
        for name, seconds in methods.items():
            monkeypatch.setattr(trainer, name, _taking(getattr(trainer, name), seconds, clock))

    return slow


def _taking(method, seconds, clock):
    def slow(*arguments):
        clock["now"] += seconds
        return method(*arguments)

    return slow
