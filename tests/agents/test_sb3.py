"""MaskablePPO models as players (the extra `sb3`), and the script that trains one."""

import subprocess
import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from agents.cli.main import main
from agents.errors import AgentFileError
from agents.evaluation import evaluate
from agents.registry import load
from agents.training.checkpoints import Training
from env2048.env import Game2048Env
from env2048.wrappers import OneHot

torch = pytest.importorskip("torch", reason="needs the extra 'sb3'")
sb3_contrib = pytest.importorskip("sb3_contrib", reason="needs the extra 'sb3'")
env_util = pytest.importorskip("stable_baselines3.common.env_util", reason="needs the extra 'sb3'")

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "maskable_ppo.py"


def model_of(*wrappers, size=4):
    """A model that has learned nothing."""

    def make():
        env = Game2048Env(size=size)
        for wrapper in wrappers:
            env = wrapper(env)
        return env

    torch.set_num_threads(1)
    envs = env_util.make_vec_env(make, n_envs=2, seed=0)
    return sb3_contrib.MaskablePPO("MlpPolicy", envs, n_steps=8, seed=0, device="cpu")


@pytest.mark.parametrize("wrappers", [(), (OneHot,)], ids=["boards", "planes"])
def test_it_moves_as_the_model_does(tmp_path, wrappers):
    model = model_of(*wrappers)
    model.save(tmp_path / "model.zip")
    agent = load(tmp_path / "model.zip")
    assert agent.name == str(tmp_path / "model.zip")
    env = Game2048Env()
    shown = wrappers[0](env).observation if wrappers else np.asarray
    board, info = env.reset(seed=3)
    for _ in range(50):
        mask = info["action_mask"].astype(bool)
        expected, _ = model.predict(shown(board), action_masks=mask, deterministic=True)
        values = agent.values(board)
        assert agent.act(board) == expected
        assert np.isnan(values[~mask]).all()
        assert values[mask].sum() == pytest.approx(1, abs=1e-6)
        board, *_, info = env.step(int(expected))
    dead = np.indices((4, 4)).sum(axis=0) % 2 + 1
    assert np.isnan(agent.values(dead.astype(np.uint8))).all()


def test_the_number_of_workers_changes_nothing(tmp_path):
    model_of().save(tmp_path / "model.zip")
    agent = load(tmp_path / "model.zip")
    one, two = (evaluate(agent, 120, 1, workers) for workers in (1, 2))
    assert one.games.scores.tolist() == two.games.scores.tolist()


def test_saving(tmp_path):
    model_of(size=3).save(tmp_path / "model.zip")
    agent = load(tmp_path / "model.zip")
    assert agent.size == 3
    with pytest.raises(ValueError, match=r"is a \.zip file"):
        agent.save(tmp_path / "model.safetensors")
    agent.save(tmp_path / "again.zip")
    board = np.array([[1, 2, 3], [0, 0, 1], [1, 0, 0]], np.uint8)
    assert np.array_equal(load(tmp_path / "again.zip").values(board), agent.values(board), True)


def test_what_is_no_such_model_is_one_line(tmp_path):
    (tmp_path / "text.zip").write_text("text")
    with pytest.raises(AgentFileError, match=r"text\.zip: not a MaskablePPO model"):
        load(tmp_path / "text.zip")
    env = gymnasium.make("CartPole-v1")
    env.unwrapped.action_masks = lambda: np.ones(2, bool)
    model = sb3_contrib.MaskablePPO("MlpPolicy", env, n_steps=8, device="cpu")
    model.save(tmp_path / "poles.zip")
    with pytest.raises(AgentFileError, match=r"observations have the shape \(4,\)"):
        load(tmp_path / "poles.zip")


def test_the_script_trains_one_that_compares(tmp_path, capsys):
    path = tmp_path / "model.zip"
    command = [sys.executable, SCRIPT, path, "--steps", "4096", "--environments", "16"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    training = load(path).training
    assert isinstance(training, Training)
    assert training.moves == 4096
    assert training.games > 10
    assert training.seconds > 0
    assert said.startswith(f"{path}: 4,096 moves, {training.games} games, ")
    capsys.readouterr()
    assert main(["compare", str(path), "--games", "3", "--seed", "1", "--markdown"]) == 0
    assert f"{training.games:,} games, 4,096 moves, 0." in capsys.readouterr().out


def test_the_environment_of_the_script_is_the_usual_one(monkeypatch):
    """The same boards, rewards, ends and masks as those of single environments."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    from maskable_ppo import POINTS, Boards

    ours = Boards(4)
    theirs = env_util.make_vec_env(lambda: OneHot(Game2048Env()), n_envs=4)
    rng = np.random.default_rng(0)
    ours.seed(5)
    theirs.seed(5)
    assert np.array_equal(ours.reset(), theirs.reset())
    ended = 0
    for _ in range(600):
        masks = np.stack(ours.env_method("action_masks"))
        assert np.array_equal(masks, np.stack(theirs.env_method("action_masks")))
        actions = np.where(masks, rng.random(masks.shape), -1).argmax(axis=1)
        boards, rewards, ends, infos = ours.step(actions)
        boards_, rewards_, ends_, infos_ = theirs.step(actions)
        assert np.array_equal(boards, boards_)
        assert np.array_equal(rewards * POINTS, rewards_)
        assert np.array_equal(ends, ends_)
        for i in np.flatnonzero(ends):
            last = infos[i]["terminal_observation"]
            assert np.array_equal(last, infos_[i]["terminal_observation"])
        ended += ends.sum()
    assert ours.games == ended > 4
