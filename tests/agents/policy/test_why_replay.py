"""Why there is a replay buffer: what is learned with it and not without it.

The moves to be learned bring nothing themselves: the points come with the move after. So few moves
are played that those who look at each but once, or one at a time, have no chance.
"""

import numpy as np
import pytest

from agents.base import Games, afterstates
from agents.policy.agent import PolicyAgent
from agents.policy.config import PolicyConfig
from agents.policy.games import TrainingGames
from agents.policy.learner import Learner

CONFIG = PolicyConfig(
    steps=3072, algorithm="replay", environments=16, rollout=4, epochs=4, batch=128, gamma=1.0,
    scale=64.0, replay=8.0, study=1.0, width=4, hidden=(16,), parts=1,
)  # fmt: skip
PAIRS = {"algorithm": "pairs", "environments": 1, "rollout": 2}
COUNT = 64


class Puzzles(TrainingGames):
    """Two moves from a board drawn from some, then another one."""

    def __init__(self, cells, environments, seed):
        places = np.arange(0, 64, 4, dtype=np.uint64)
        self._puzzles = (cells.reshape(-1, 16).astype(np.uint64) << places).sum(axis=1)
        self._draws = np.random.default_rng(seed)
        super().__init__(environments, seed)
        self._pose(np.arange(environments))

    def play(self, actions):
        """One move each; what is played is no whole game."""
        rewards, ended, _ = super().play(actions)
        over = ended | (self.moves == 2)
        self._pose(np.flatnonzero(over))
        return rewards, over, Games.empty(np.zeros(0, np.uint64))

    def _pose(self, indices):
        self.restart(indices, self._draws.choice(self._puzzles, len(indices)))
        self.moves[indices] = 0


@pytest.fixture(scope="module")
def puzzles():
    """Boards [64, 4, 4] and their right moves [64].

    The right move brings nothing and, with the best one after it, three times as many points as
    any other start; another move brings points at once.
    """
    rng = np.random.default_rng(0)
    shape = (100 * COUNT, 4, 4)
    cells = (rng.integers(1, 7, shape) * (rng.random(shape) < 0.6)).astype(np.uint8)
    after, at_once, legal = afterstates(cells)
    later = afterstates(after.reshape(-1, 4, 4))[1].reshape(-1, 4, 4).max(axis=2)
    total = np.where(legal, at_once + later, -1)
    right = total.argmax(axis=1)
    second, first = np.sort(total, axis=1)[:, 2:].T
    tempting = (at_once.max(axis=1) > 0) & (at_once[np.arange(len(cells)), right] == 0)
    chosen = np.flatnonzero(tempting & (legal.sum(axis=1) >= 3) & (first >= 3 * second))[:COUNT]
    assert len(chosen) == COUNT
    return cells[chosen], right[chosen]


@pytest.fixture
def learn(puzzles):
    """A function: settings -> how likely the right moves are after learning, on average."""
    cells, right = puzzles

    def run(**settings):
        config = PolicyConfig(**{**vars(CONFIG), **settings})
        learner = Learner(config)
        learner.games = [Puzzles(cells, config.environments, config.seed)]
        while learner.steps < config.steps:
            learner.round(config.share_left(learner.steps, 0))
        assert learner.steps == CONFIG.steps
        agent = PolicyAgent(learner.network, config.scale, config.gamma, config.turns)
        return agent.values_many(cells)[np.arange(COUNT), right].mean()

    return run


@pytest.mark.parametrize("seed", [0, 1])
def test_with_the_buffer_it_learns_and_without_it_does_not(seed, learn):
    """Same network, seed, number of moves and settings; at first the right moves have 25%."""
    with_buffer = learn(seed=seed)
    fresh_alone = learn(seed=seed, algorithm="ppo")
    one_by_one = learn(seed=seed, **PAIRS)
    assert with_buffer > 0.5
    assert fresh_alone < 0.35
    assert one_by_one < 0.2
