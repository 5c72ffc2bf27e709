"""REINFORCE and actor-critic: what they learn from, and that they learn."""

from dataclasses import replace

import numpy as np
import pytest

import agents
from agents.policy.agent import PolicyAgent
from agents.policy.baselines import single_moves, whole_games
from agents.policy.buffer import Block
from agents.policy.config import PolicyConfig
from agents.policy.learner import Learner

MOVES, GAMES, NEW = 12, 3, 4


@pytest.fixture
def block():
    """Moves of three columns: one whose game ends amid the new moves, one where it ends before
    them, one where none ends."""
    rng = np.random.default_rng(0)
    block = Block.empty((), MOVES, GAMES)
    block.boards[:] = rng.integers(1 << 63, size=block.boards.shape)
    block.masks[:] = 15
    block.actions[:] = rng.integers(4, size=block.actions.shape)
    block.rewards[:] = rng.integers(0, 9, block.rewards.shape) * 4
    block.ends[[2, 9], 0] = True
    block.ends[7, 1] = True
    return block


def critic(boards):
    """Logits that prefer nothing, and values that differ."""
    return np.zeros((4, len(boards)), np.float32), (boards % 7).astype(np.float32)


def test_whole_games_have_their_returns(block):
    """Only the game that ended in the new moves, from its beginning: after the one before."""
    lessons, metrics = whole_games(block, NEW, 0.9, 2.0, critic)
    assert lessons.boards.tolist() == block.boards[3:10, 0].tolist()
    assert lessons.moves.tolist() == block.actions[3:10, 0].tolist()
    expected, total = [], 0.0
    for reward in block.rewards[9:2:-1, 0]:
        total = reward / 2 + 0.9 * total
        expected.insert(0, total)
    np.testing.assert_allclose(lessons.targets, expected, rtol=1e-5)
    surprises = lessons.targets - (lessons.boards % 7).astype(np.float32)
    np.testing.assert_allclose(lessons.surprises, surprises, rtol=1e-5)
    centred = (surprises - surprises.mean()) / surprises.std()
    np.testing.assert_allclose(lessons.advantages, centred, rtol=1e-4)
    np.testing.assert_allclose(lessons.reference, np.log(0.25), rtol=1e-6)
    variance = 1 - surprises.var() / lessons.targets.var()
    assert metrics["explained_variance"] == pytest.approx(variance, rel=1e-4)


def test_where_no_game_ended_there_is_nothing_to_learn(block):
    block.ends[9, 0] = False
    assert whole_games(block, NEW, 0.9, 2.0, critic) is None


def test_a_single_move_has_its_own_points(block):
    lessons = single_moves(block, 4.0)
    assert lessons.boards.tolist() == block.boards[:-1].ravel().tolist()
    assert lessons.advantages.tolist() == (block.rewards / 4).ravel().tolist()
    assert lessons.targets.tolist() == lessons.advantages.tolist()


@pytest.mark.parametrize(
    "settings", [{"algorithm": "actor-critic"}, {"algorithm": "reinforce", "buffer": 32}]
)
def test_they_learn_from_few_games(settings):
    """Chance has 1,094 points."""
    config = PolicyConfig(
        steps=60_000, environments=32, rollout=16, batch=128, rate=1e-2, width=4, hidden=(16,),
        parts=1, seed=1,
    )  # fmt: skip
    learner = Learner(replace(config, **settings))
    while left := config.share_left(learner.steps, 0):
        learner.round(left)
    agent = PolicyAgent(learner.network, config.scale, config.gamma)
    assert agents.evaluate(agent, games=200, seed=1, workers=1).mean_score > 1600
