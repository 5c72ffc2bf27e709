"""Runs that are stopped, killed or damaged: they go on as if nothing had been, on any threads."""

import json
import signal
import subprocess
import sys
from shutil import rmtree

import numpy as np
import pytest

import agents
from agents.errors import AgentFileError
from agents.policy.trainer import PolicyDivergenceError
from agents.recording import record_game
from agents.training.history import append_rows
from agents.training.stop import StopRequest
from env2048.replay.files import write_replay
from networks.checkpoint import read_tensors, write_tensors


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"algorithm": "reinforce", "buffer": 40},
        {"algorithm": "ppo", "symmetry": "augment"},
        {"restart": 0.5, "priority": 0.0, "steps": 24_000},
        {"imitate": "random", "imitation": 0.7},
    ],
)
def test_interruptions_change_nothing(settings, begin, resume, left_behind, stop_after, tmp_path):
    begin(tmp_path / "whole", **settings).train(StopRequest())
    trainer = begin(tmp_path / "pieces", **settings)
    for rounds, threads in ((11, 2), (7, 1), (30, 2), (99, 1)):
        trainer.train(stop_after(rounds))
        trainer = resume(tmp_path / "pieces", **settings, threads=threads)
    assert trainer.finished
    assert trainer.history.games > 100
    assert left_behind(tmp_path / "pieces") == left_behind(tmp_path / "whole")


def test_who_was_imitated_is_not_needed_afterwards(begin, resume, tmp_path):
    """And if the run is made longer, so that its share would go on, imitation does not begin again:
    past sequences hold no advice of that time."""
    replays = tmp_path / "replays"
    settings = {"imitation": 0.2, "imitate": str(replays)}
    replays.mkdir()
    write_replay(record_game(agents.load("random"), 1), replays / "game.json")
    trainer = begin(tmp_path / "run", **settings)
    trainer.train(StopRequest())
    imitated = trainer.learner.imitated
    assert 0 < imitated < trainer.learner.rounds
    rmtree(replays)
    longer = resume(tmp_path / "run", **settings, steps=100_000)
    longer.train(StopRequest())
    assert longer.finished
    assert longer.learner.imitated == imitated
    with pytest.raises(AgentFileError, match="no such file or run folder"):
        begin(tmp_path / "other", **settings)


def test_a_run_ends_after_its_games(begin, tmp_path):
    trainer = begin(tmp_path / "run", steps=10**9, games=40)
    trainer.train(StopRequest())
    assert 40 <= trainer.history.games < 100


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_outright(begin, resume, left_behind, tmp_path):
    """It goes on from its last checkpoint; what came after is played again."""
    run = begin(tmp_path / "run").run
    script = (
        "import json, sys; from pathlib import Path\n"
        "from agents.policy import trainer; from agents.policy.config import PolicyConfig\n"
        "from agents.training.runs import RunFolder; from agents.training.stop import StopRequest\n"
        "trainer.CHECKPOINT_SECONDS = 0.05\n"
        "config = PolicyConfig.from_dict(json.loads(sys.argv[2]))\n"
        "run = trainer.PolicyTrainer.resume(config, RunFolder(Path(sys.argv[1])))\n"
        "run.train(StopRequest(), lambda history: print(history.games, flush=True))\n"
    )
    settings = json.dumps({**run.read()["config"], "steps": 10**7})
    arguments = [sys.executable, "-c", script, str(run.path), settings]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                if int(line) >= 20 and run.checkpoint_path.exists():
                    break
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
    append_rows(run.metrics_path, [{"games": 10**6}])
    (run.path / ".0123456789abcdef.safetensors").write_bytes(b"half of i")
    trainer = resume(tmp_path / "run", steps=10**7)
    steps = trainer.history.steps
    assert steps > 0
    trainer.config = trainer.learner.config  # as long as the other, so that the rates are the same
    trainer.train(_after(trainer, 120))
    whole = begin(tmp_path / "whole", steps=10**7)
    whole.train(_after(whole, 120))
    assert left_behind(tmp_path / "run") == left_behind(tmp_path / "whole")


def _after(trainer, rounds):
    """A request to stop once so many rounds are done in all."""

    class Stop(StopRequest):
        @property
        def requested(self):
            return trainer.learner.rounds >= rounds

    return Stop()


def test_killed_before_its_first_checkpoint(begin, resume, left_behind, tmp_path):
    trainer = begin(tmp_path / "run")
    append_rows(trainer.run.metrics_path, [{"games": 100}])
    resume(tmp_path / "run").train(StopRequest())
    begin(tmp_path / "whole").train(StopRequest())
    assert left_behind(tmp_path / "run") == left_behind(tmp_path / "whole")


@pytest.fixture
def run(begin, stop_after, tmp_path):
    """A run of four rounds."""
    trainer = begin(tmp_path / "run")
    trainer.train(stop_after(4))
    return trainer.run


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("buffer/boards", None, "cannot be gone on with"),
        ("buffer/masks", np.zeros((3, 9, 31), np.uint8), "cannot be gone on with"),
        ("games/1/states", np.zeros((16, 3), np.int64), "cannot be gone on with"),
        ("optimizer", np.zeros((2, 5), np.float32), "cannot be gone on with"),
        ("recent", None, "does not say how far its run had come"),
        ("steps", 5, "does not say how far its run had come"),
        ("rounds", "x", "cannot be gone on with"),
        ("network/policy.w", None, "the policy in it is damaged"),
        ("network", {"width": -1, "hidden": [16]}, "the policy in it is damaged"),
    ],
)
def test_a_damaged_checkpoint(name, value, message, run, resume):
    tensors, metadata = read_tensors(run.checkpoint_path)
    where = tensors if name in tensors else metadata
    where[name] = value
    if value is None:
        del where[name]
    write_tensors(run.checkpoint_path, tensors, metadata)
    before = run.checkpoint_path.read_bytes()
    with pytest.raises(AgentFileError, match=message) as error:
        resume(run.path)
    assert "\n" not in str(error.value)
    assert run.checkpoint_path.read_bytes() == before


def test_a_checkpoint_of_another_network(run, resume):
    with pytest.raises(AgentFileError, match=r"another network than config.json says"):
        resume(run.path, width=5)


def test_weights_that_are_no_numbers(run, resume):
    before = run.checkpoint_path.read_bytes()
    trainer = resume(run.path)
    trainer.learner.network.weights.values[:] = np.nan
    with pytest.raises(PolicyDivergenceError, match=r"with a rate below 0\.002$"):
        trainer.save()
    assert run.checkpoint_path.read_bytes() == before


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_training_ends_with_weights_that_are_no_numbers(run, resume, stop_after):
    """The next time that they are to be saved."""
    trainer = resume(run.path, steps=10**6)
    trainer.learner.network.weights.values[:] = np.nan
    with pytest.raises(PolicyDivergenceError):
        trainer.train(stop_after(3))
