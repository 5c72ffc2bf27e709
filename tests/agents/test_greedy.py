"""The heuristic: its worth of boards worked out by hand, and that it plays better than chance."""

import numpy as np
import pytest

from agents.greedy import EMPTY, ROUGH, UNORDERED, GreedyAgent
from agents.random import RandomAgent
from env2048.keys import first_keys


def test_values_worked_out_by_hand():
    # Left gives 4 for the merge and leaves one tile of exponent 2 in the corner: 15 cells are
    # empty, its row and its column each fall by 2, in order.
    board = np.zeros((4, 4), np.uint8)
    board[0, :2] = 1
    left = 4 + 15 * EMPTY - ROUGH * (2 + 2)
    up, right, down, found = GreedyAgent().values(board)
    assert np.isnan(up)
    assert found == right == left
    # Down leaves both tiles at the bottom: the row 1 1 0 0 falls by 1, each of two columns rises
    # by 1; nothing is out of order.
    assert down == 14 * EMPTY - ROUGH * (1 + 1 + 1)


def test_a_line_that_rises_and_falls_is_out_of_order():
    board = np.zeros((3, 3), np.uint8)
    board[1] = 1, 3, 2
    # Up: the row 1 3 2 rises by 2 and falls by 1, so 3 rough and 1 out of order; the columns fall
    # by 1 + 3 + 2 in order.
    up = GreedyAgent().values(board)[0]
    assert up == 6 * EMPTY - ROUGH * (3 + 6) - UNORDERED * 1


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_no_direction_is_special(turns):
    """On a board that was turned, the moves that were turned with it are worth the same."""
    board = np.array([[0, 1, 2, 2], [0, 3, 3, 1], [0, 0, 1, 0], [5, 0, 0, 0]], np.uint8)
    values = GreedyAgent().values(board)
    turned = GreedyAgent().values(np.rot90(board, turns))  # anticlockwise: up becomes left
    assert np.roll(values, -turns).tolist() == turned.tolist()


def test_it_plays_far_better_than_chance():
    """200 games, three sets of seeds: mean scores 5,576, 6,177 and 5,917; chance has 1,094."""
    keys = first_keys(0, 200)
    greedy = GreedyAgent().play(keys)
    chance = RandomAgent().play(keys, np.random.default_rng(0))
    assert chance.scores.mean() < 1_250
    assert greedy.scores.mean() > 4_500
    assert (greedy.largest >= 9).mean() > 0.3
