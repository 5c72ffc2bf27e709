"""Runs that are stopped, killed or damaged: nothing is lost, and it goes on as if nothing had been.

With one thread the weights come out the same to the byte, and so do the metrics.
"""

import json
import os
import signal
import subprocess
import sys
from itertools import cycle

import numpy as np
import pytest
from safetensors import SafetensorError

from agents.errors import AgentFileError
from agents.ntuple.config import Stage
from agents.training.history import append_rows, read_rows
from agents.training.stop import StopRequest
from env2048.errors import Scratch2048Error
from networks.checkpoint import read_tensors, write_tensors


@pytest.mark.parametrize("algorithm", ["td0", "tc"])
@pytest.mark.parametrize("pattern", [(1, 2, 3, 5), (4,), (6, 1)])
def test_interruptions_change_nothing(
    algorithm, pattern, begin, resume, left_behind, stop_after, tmp_path, in_small_pieces
):
    begin(tmp_path / "whole", algorithm=algorithm).train(StopRequest())
    stopped = []
    trainer = begin(tmp_path / "pieces", algorithm=algorithm)
    for asked in cycle(pattern):
        trainer.train(stop_after(asked))
        if trainer.history.games == 350:
            break
        stopped.append(trainer.history.games)
        trainer = resume(tmp_path / "pieces", algorithm=algorithm)
        assert trainer.history.games == stopped[-1]
    assert len(stopped) >= 5
    assert any(games % 100 for games in stopped)
    assert left_behind(tmp_path / "pieces") == left_behind(tmp_path / "whole")


@pytest.mark.parametrize(
    "settings", [{"replay": 3}, {"trace": 0.5}, {"steps": 4, "anneal": 0.5}, {"warmup": 50}]
)
def test_interruptions_of_a_run_that_learns_game_by_game(
    settings, begin, resume, left_behind, stop_after, tmp_path, in_small_pieces
):
    """The past games are in the checkpoint, and which are chosen follows from the seed; rates that
    rise or fall go on where they were."""
    settings |= {"games": 110}
    begin(tmp_path / "whole", **settings).train(StopRequest())
    trainer = begin(tmp_path / "pieces", **settings)
    for asked in (2, 3, 4, 99):
        trainer.train(stop_after(asked))
        trainer = resume(tmp_path / "pieces", **settings)
    assert trainer.history.games == 110
    assert left_behind(tmp_path / "pieces") == left_behind(tmp_path / "whole")


def test_interruptions_of_a_recipe_that_splits_the_network(
    begin, resume, left_behind, stop_after, tmp_path, in_small_pieces
):
    stages = (
        Stage(games=40, downgrade=64),
        Stage(games=60, downgrade=128, missing=16, split=(512, 64), carousel=(64, 256)),
        Stage(games=50, split=256),
    )
    settings = {"games": 150, "alpha": None, "stages": stages}
    whole = begin(tmp_path / "whole", **settings)
    whole.train(StopRequest())
    assert whole.network.splits == (64, 256, 512)
    tables = whole.network.table[:, 0].reshape(4, -1)
    assert (tables[:-1] != tables[1:]).any(axis=1).all()
    trainer = begin(tmp_path / "pieces", **settings)
    seen = set()
    for asked in cycle((3, 1)):  # 1: plays nothing, but may have entered the next stage
        if trainer.history.games == 150:
            break
        trainer.train(stop_after(asked))
        trainer = resume(tmp_path / "pieces", **settings)
        seen.add((trainer.network.splits, trainer.network.limit, trainer.history.games))
    assert {(splits, limit) for splits, limit, _ in seen} == {
        ((), 64), ((64, 512), 128), ((64, 256, 512), None)
    }  # fmt: skip
    assert {((64, 512), 128, 40), ((64, 256, 512), None, 100)} <= seen
    assert left_behind(tmp_path / "pieces") == left_behind(tmp_path / "whole")


def test_more_games_than_first_asked_for(begin, resume, left_behind, tmp_path):
    begin(tmp_path / "whole", games=260).train(StopRequest())
    begin(tmp_path / "run", games=130).train(StopRequest())
    trainer = resume(tmp_path / "run", games=260)
    seconds = trainer.history.seconds
    trainer.train(StopRequest())
    assert trainer.history.seconds > seconds > 0
    assert left_behind(tmp_path / "run") == left_behind(tmp_path / "whole")


def test_a_finished_run_has_nothing_to_do(begin, resume, left_behind, tmp_path):
    begin(tmp_path / "run", games=150).train(StopRequest())
    before = left_behind(tmp_path / "run")
    for games in (150, 20):
        trainer = resume(tmp_path / "run", games=games)
        trainer.train(StopRequest())
        assert trainer.history.games == 150
    assert left_behind(tmp_path / "run") == before


def test_an_interrupted_run_may_go_on_with_more_threads(begin, resume, stop_after, tmp_path):
    begin(tmp_path / "run").train(stop_after(5))
    trainer = resume(tmp_path / "run", threads=2)
    done = trainer.history.games
    assert 0 < done < 350
    trainer.train(StopRequest())
    assert trainer.history.games == len(trainer.history.recent) == 350
    assert [row["games"] for row in read_rows(trainer.run.metrics_path)] == [100, 200, 300]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_save(number, begin, resume, left_behind, tmp_path, in_small_pieces):
    trainer = begin(tmp_path / "run", games=1_000_000)

    def interrupt(history):
        if history.games >= 60 and not stop.requested:
            os.kill(os.getpid(), number)

    with StopRequest() as stop:
        trainer.train(stop, interrupt)
    games = trainer.history.games
    assert 60 <= games < 1_000_000
    assert read_tensors(trainer.run.checkpoint_path)[1]["games"] == games
    resume(tmp_path / "run", games=games + 100).train(StopRequest())
    begin(tmp_path / "whole", games=games + 100).train(StopRequest())
    assert left_behind(tmp_path / "run") == left_behind(tmp_path / "whole")


# -------------------------------------------------------------------------------------- kills

SCRIPT = """
import json, sys
from pathlib import Path
from agents.ntuple import trainer
from agents.ntuple.config import NTupleConfig
from agents.training.runs import RunFolder
from agents.training.stop import StopRequest

trainer.CHECKPOINT_SECONDS, trainer._CHUNK_SECONDS = 0.02, 0.002
trainer.SAVING_SHARE = 1.0  # saves most of the time
config = NTupleConfig(**json.loads(sys.argv[2]))
training = trainer.NTupleTrainer.resume(config, RunFolder(Path(sys.argv[1])))
save, saved = training.save, 0

def save_and_tell():
    global saved
    save()
    saved = training.history.games

training.save = save_and_tell
training.train(StopRequest(), lambda history: print(saved, flush=True))
"""


def train_and_kill(path, games, at_least):
    """Trains in another process until it has saved `at_least` games, then kills it outright."""
    settings = {"network": "0123,4567", "alpha": 0.5, "seed": 3, "games": games}
    arguments = [sys.executable, "-c", SCRIPT, str(path), json.dumps(settings)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                if int(line) >= at_least:
                    break
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_outright(begin, resume, left_behind, tmp_path):
    """It goes on from its last checkpoint; what it had played since then it plays again.

    A kill in the middle of saving leaves a file behind, which is cleared away.
    """
    run = begin(tmp_path / "run", games=1_000_000).run
    games = 0
    for _ in range(2):
        train_and_kill(run.path, 1_000_000, games + 100)
        before, games = games, read_tensors(run.checkpoint_path)[1]["games"]
        assert games >= before + 100
    (run.path / ".0123456789abcdef.safetensors").write_bytes(b"half of i")
    resume(tmp_path / "run", games=games + 100).train(StopRequest())
    begin(tmp_path / "whole", games=games + 100).train(StopRequest())
    assert left_behind(tmp_path / "run") == left_behind(tmp_path / "whole")


def test_killed_before_its_first_checkpoint(begin, resume, left_behind, tmp_path):
    trainer = begin(tmp_path / "run")
    append_rows(trainer.run.metrics_path, [{"games": 100}, {"games": 200}])
    trainer = resume(tmp_path / "run")
    assert trainer.history.games == 0
    trainer.train(StopRequest())
    begin(tmp_path / "whole").train(StopRequest())
    assert left_behind(tmp_path / "run") == left_behind(tmp_path / "whole")


def test_metrics_later_than_the_checkpoint_are_dropped(begin, resume, left_behind, tmp_path):
    trainer = begin(tmp_path / "run", games=130)
    trainer.train(StopRequest())
    rows = read_rows(trainer.run.metrics_path)
    append_rows(trainer.run.metrics_path, [{"games": 200, "mean_score": 9e9}])
    with trainer.run.metrics_path.open("a") as file:
        file.write('{"games": 300, "mea')
    trainer = resume(tmp_path / "run")
    assert read_rows(trainer.run.metrics_path) == rows
    trainer.train(StopRequest())
    begin(tmp_path / "whole").train(StopRequest())
    assert left_behind(tmp_path / "run") == left_behind(tmp_path / "whole")


# ------------------------------------------------------------------------------------- damage


@pytest.fixture
def run(begin, tmp_path):
    """A run of 150 games."""
    trainer = begin(tmp_path / "run", games=150)
    trainer.train(StopRequest())
    return trainer.run


def refused(run, resume, message, **settings):
    """Going on is refused in one line, and all files stay as they are."""
    before = {found: found.read_bytes() for found in run.path.iterdir()}
    with pytest.raises(AgentFileError, match=rf"^{run.checkpoint_path}: {message}") as error:
        resume(run.path, **settings)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, Scratch2048Error)
    assert {found: found.read_bytes() for found in run.path.iterdir()} == before


def test_a_damaged_checkpoint(run, resume):
    content = run.checkpoint_path.read_bytes()
    for damaged in (b"", content[:5], content[:200], content[:-1], b"\0" * 500):
        run.checkpoint_path.write_bytes(damaged)
        refused(run, resume, "not a checkpoint of this program")


def test_a_checkpoint_of_something_else(run, resume):
    for settings in ({"network": "0123,0145"}, {"network": "0123"}, {"algorithm": "td0"}):
        refused(run, resume, "holds another network than config.json says", **settings)
    write_tensors(run.checkpoint_path, {}, {"format": "scratch2048-networks", "version": 1})
    refused(run, resume, "not an agent's checkpoint")


@pytest.mark.parametrize(
    "changes",
    [
        {"games": None},
        {"games": 151},
        {"games": "150"},
        {"games": -1},
        {"moves": 1.5},
        {"seconds": "long"},
        {"recent": np.zeros((150, 2), np.int64)},
        {"recent": np.zeros((150, 3), np.int32)},
        {"recent": np.zeros(150, np.int64)},
        {"recent": None},
    ],
)
def test_a_checkpoint_that_does_not_say_how_far_it_had_come(changes, run, resume):
    tensors, metadata = read_tensors(run.checkpoint_path)
    for name, value in changes.items():
        where = tensors if name == "recent" else metadata
        where[name] = value
        if value is None:
            del where[name]
    write_tensors(run.checkpoint_path, tensors, metadata)
    refused(run, resume, "does not say how far its run had come")


def test_weights_that_are_missing(run, resume):
    tensors, metadata = read_tensors(run.checkpoint_path)
    for name in ("touched", "entries"):
        rest = {key: tensor for key, tensor in tensors.items() if key != name}
        write_tensors(run.checkpoint_path, rest, metadata)
        refused(run, resume, rf"the network in it is damaged \(no '{name}'\)")


def test_a_full_disk_leaves_the_checkpoint_before(run, resume, left_behind, begin, monkeypatch):
    before = run.checkpoint_path.read_bytes()
    trainer = resume(run.path)

    def full(tensors, path, metadata):
        path.write_bytes(before[:100])
        raise SafetensorError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("networks.checkpoint.save_file", full)
        with pytest.raises(OSError, match=f"{run.checkpoint_path}: cannot be written .*No space"):
            trainer.train(StopRequest())
    assert run.checkpoint_path.read_bytes() == before
    resume(run.path).train(StopRequest())
    begin(run.path.parent / "whole").train(StopRequest())
    assert left_behind(run.path) == left_behind(run.path.parent / "whole")
