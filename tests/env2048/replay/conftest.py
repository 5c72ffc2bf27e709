"""Games to test replays with: played by chance, from a key, or by hand."""

import numpy as np
import pytest

from env2048.board import legal_moves, starting_board
from env2048.replay import Recorder, Replay


def _record_random_game(key, size=4, limit=None, four_probability=0.1, with_values=False):
    rng = np.random.default_rng(key)
    start = starting_board(key, size, four_probability)
    recorder = Recorder(
        start, four_probability=four_probability, agent="chance", seed=key % 1000, key=key
    )
    while limit is None or len(recorder) < limit:
        legal = legal_moves(recorder.board)
        if not legal.any():
            break
        values = np.where(legal, rng.normal(size=4), np.nan) if with_values else None
        recorder.step(int(rng.choice(np.flatnonzero(legal))), values=values)
    return recorder


@pytest.fixture(scope="session")
def record_random_game():
    """A function: key, size, limit, ... -> Recorder of a game by chance, whole unless limited."""
    return _record_random_game


@pytest.fixture(scope="session")
def random_replay(record_random_game):
    """A whole 4x4 game with values."""
    return record_random_game(2048, with_values=True).finish()


@pytest.fixture(scope="session")
def small_replay():
    """A 2x2 game worked out by hand."""
    # [1 1 / 0 0]  L  [2 0 / 0 0]  2 on cell 3  [2 0 / 0 1]
    #              R  [0 2 / 0 1]  2 on cell 0  [1 2 / 0 1]
    #              L  [1 2 / 1 0]  4 on cell 3  [1 2 / 1 2]
    #              D  [0 0 / 2 3]  2 on cell 1  [0 1 / 2 3]
    return Replay(
        size=2,
        four_probability=0.1,
        start=((1, 1), (0, 0)),
        moves="LRLD",
        spawns="GAHC",
        score=4 + 4 + 8,
        max_tile=8,
        final=((0, 1), (2, 3)),
        ended="quit",
    )


@pytest.fixture
def small_game(small_replay):
    """The fields of `small_replay`, to be changed."""
    return small_replay.model_dump(exclude_defaults=True)
