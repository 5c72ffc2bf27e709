"""The batched search against the definition."""

import numpy as np
import pytest
from oracle import random_boards

from agents.greedy import GreedyAgent
from agents.search import batched
from agents.search.batched import BatchedSearch, OutOfTimeError, ValuesAfterstates
from agents.search.expectimax import move_values

NEVER = np.zeros(1, np.uint8)


@pytest.mark.parametrize(
    ("size", "plies", "count"), [(2, 1, 50), (2, 4, 50), (3, 2, 20), (3, 3, 3), (4, 2, 20)]
)
@pytest.mark.parametrize("cutoff", [0.0, 0.06])
def test_is_the_definition(toy, size, plies, count, cutoff):
    boards = random_boards(count, size, np.random.default_rng(size))
    found = BatchedSearch(toy, cutoff).values(boards, plies, NEVER)
    expected = [move_values(board, plies, toy.value, cutoff) for board in boards]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_no_boards(toy):
    assert BatchedSearch(toy).values(np.zeros((0, 4, 4), np.uint8), 2, NEVER).shape == (0, 4)


def test_the_leaves_are_valued_in_one_call_each_once(toy):
    board = np.array([[0, 0, 1], [0, 2, 0], [3, 0, 0]], np.uint8)
    BatchedSearch(toy).values(board[None], 3, NEVER)
    (leaves,) = toy.calls
    assert len(leaves) > 400
    assert len(np.unique(leaves, axis=0)) == len(leaves)


def test_pieces_make_no_difference(toy, monkeypatch):
    boards = random_boards(30, 3, np.random.default_rng(1))
    whole = BatchedSearch(toy).values(boards, 2, NEVER)
    monkeypatch.setattr(batched, "LEAVES", 7)
    monkeypatch.setattr(batched, "AT_ONCE", 7)
    calls = len(toy.calls)
    np.testing.assert_array_equal(BatchedSearch(toy).values(boards, 2, NEVER), whole)
    assert len(toy.calls) > calls + 5


def test_a_stop_waits_for_a_few_leaves_at_most(toy, monkeypatch):
    monkeypatch.setattr(batched, "LEAVES", 100)
    stop, valued = np.zeros(1, np.uint8), []

    def stopping(boards):
        valued.append(len(boards))
        stop[0] = len(valued) == 2
        return np.zeros(len(boards))

    monkeypatch.setattr(toy, "afterstate_values", stopping)
    with pytest.raises(OutOfTimeError):
        BatchedSearch(toy).values(
            np.zeros((1, 3, 3), np.uint8) + np.eye(3, dtype=np.uint8), 3, stop
        )
    assert valued == [100, 100]


def test_can_be_stopped(toy):
    with pytest.raises(OutOfTimeError):
        BatchedSearch(toy).values(np.zeros((1, 4, 4), np.uint8), 2, np.ones(1, np.uint8))


def test_who_values_afterstates(toy):
    assert isinstance(toy, ValuesAfterstates)
    assert isinstance(GreedyAgent(), ValuesAfterstates)
    assert not isinstance(object(), ValuesAfterstates)


def test_greedy_never_prefers_the_end():
    boards = random_boards(5000, 4, np.random.default_rng(2))
    boards[0] = np.tile([[17, 1], [1, 17]], (2, 2))  # nothing looks worse
    assert GreedyAgent().afterstate_values(boards).min() > 0
