"""The definition, on boards small enough to be searched by hand."""

import numpy as np
import pytest

from agents.search.expectimax import expect, move_values
from env2048 import board as rules


def nothing(board):
    return 0.0


def test_one_ply_is_reward_and_value(toy):
    board = np.array([[1, 1, 0], [2, 0, 2], [3, 3, 1]], np.uint8)
    for action, value in enumerate(move_values(board, 1, toy.value)):
        afterstate, reward = rules.move(board, action)
        assert value == reward + toy.value(afterstate)


def test_two_plies_by_hand():
    # Left: 4 points and [[4, .], [4, 8]]. A new 2 or 4 lets the two 4 merge: 8 points.
    # Right: 4 points and [[., 4], [4, 8]]. After a 2 no move is legal, after a 4 two 4 merge.
    board = np.array([[1, 1], [2, 3]], np.uint8)
    up, right, down, left = move_values(board, 2, nothing)
    assert np.isnan([up, down]).all()
    assert left == pytest.approx(4 + 8)
    assert right == pytest.approx(4 + 0.1 * 8)


def test_a_finished_game_is_worth_nothing():
    board = np.array([[1, 1], [2, 3]], np.uint8)
    _, right, _, left = move_values(board, 2, lambda board: 1000.0)
    assert left == pytest.approx(4 + 8 + 1000)
    assert right == pytest.approx(4 + 0.1 * (8 + 1000))


def test_leaves_are_taken_by_the_chance_of_their_tiles():
    afterstate = np.array([[0, 3], [5, 0]], np.uint8)
    # Every board has moves; with V the number of 4 on it the chance of a 4 is expected.
    assert expect(afterstate, 1, lambda b: float((b == 2).sum()), 0.0, 1.0) == pytest.approx(0.1)


def test_values_of_a_dead_board():
    dead = np.array([[1, 2], [2, 1]], np.uint8)
    assert np.isnan(move_values(dead, 3, nothing)).all()


def test_boards_below_the_cutoff_get_one_ply(toy):
    board = np.array([[0, 1, 2], [0, 1, 3], [2, 0, 1]], np.uint8)
    exact = [move_values(board, plies, toy.value) for plies in (2, 3)]
    assert not np.array_equal(exact[0], exact[1], equal_nan=True)
    # After one tile all boards are less probable than 0.95: what follows is one ply.
    np.testing.assert_allclose(move_values(board, 3, toy.value, cutoff=0.95), exact[0])
    np.testing.assert_array_equal(move_values(board, 3, toy.value, cutoff=1e-9), exact[1])
    # Between them: fours are cut off, twos are not.
    between = move_values(board, 3, toy.value, cutoff=0.1)
    assert not np.isclose(between, exact[0]).any()
    assert not np.isclose(between, exact[1]).any()
