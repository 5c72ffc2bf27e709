"""Chance alone: fair among the legal moves, and repeatable with the same generator."""

import numpy as np
import pytest

from agents.random import RandomAgent
from env2048.keys import first_keys

# Boards by their legal moves.
BOARDS = {
    (1, 2): [[1, 2, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    (0, 1, 2, 3): [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 0]],
    (1,): [[1, 2, 1, 0], [2, 1, 2, 0], [1, 2, 1, 0], [2, 1, 2, 0]],
}


@pytest.mark.parametrize("legal", BOARDS)
def test_every_legal_move_is_as_likely(legal):
    boards = np.array([BOARDS[legal]] * 20_000, np.uint8)
    actions = RandomAgent().act_many(boards, np.random.default_rng(1))
    counts = np.bincount(actions, minlength=4)
    assert np.flatnonzero(counts).tolist() == list(legal)
    # Five standard deviations of a fair choice.
    share = 1 / len(legal)
    deviation = (20_000 * share * (1 - share)) ** 0.5
    assert (abs(counts[list(legal)] - 20_000 * share) <= 5 * deviation).all()


def test_all_legal_moves_are_worth_nothing():
    for legal, board in BOARDS.items():
        values = RandomAgent().values(board)
        assert np.flatnonzero(~np.isnan(values)).tolist() == list(legal)
        assert (values[list(legal)] == 0).all()


def test_the_same_generator_gives_the_same_games():
    keys = first_keys(0, 20)
    first, again = (RandomAgent().play(keys, np.random.default_rng(5)) for _ in range(2))
    other = RandomAgent().play(keys, np.random.default_rng(6))
    assert first.scores.tolist() == again.scores.tolist()
    assert first.scores.tolist() != other.scores.tolist()


def test_without_a_generator_every_call_is_different():
    boards = np.array([BOARDS[0, 1, 2, 3]] * 200, np.uint8)
    first, second = RandomAgent().act_many(boards), RandomAgent().act_many(boards)
    assert set(first) == {0, 1, 2, 3}
    assert first.tolist() != second.tolist()
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    RandomAgent().act(BOARDS[0, 1, 2, 3])
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_it_plays_as_chance_is_known_to():
    """10,000 games: mean score 1,094 (standard error 5), 118 moves, 512 reached in one of them."""
    games = RandomAgent().play(first_keys(0, 1000), np.random.default_rng(0))
    assert 1_010 < games.scores.mean() < 1_180
    assert 114 < games.moves.mean() < 123
    assert games.largest.max() <= 9
