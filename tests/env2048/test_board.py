"""The reference rules, against boards worked out by hand and the laws of the game."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from env2048 import board as rules
from env2048.board import DOWN, LEFT, RIGHT, UP


def of(*rows: str) -> rules.Board:
    """A board: a dot for an empty cell, 1 to 9 and a to h for the exponents 1 to 17."""
    return np.array([[".123456789abcdefgh".index(cell) for cell in row] for row in rows], np.uint8)


boards = st.integers(2, 6).flatmap(
    lambda size: arrays(np.uint8, (size, size), elements=st.integers(0, 17), fill=st.just(0))
)


@pytest.mark.parametrize(
    ("row", "slid", "reward"),
    [
        ("....", "....", 0),
        ("...1", "1...", 0),
        ("1.1.", "2...", 4),
        ("1111", "22..", 8),
        ("112.", "22..", 4),  # the new 4 does not merge with the old one
        ("211.", "22..", 4),
        (".111", "21..", 4),  # the pair nearest to the wall merges
        ("1221", "131.", 8),
        ("3.33", "43..", 16),
        ("1212", "1212", 0),
        ("ffff", "gg..", 2 * 65536),  # 32768 + 32768
        ("gg..", "h...", 131072),  # 65536 + 65536
        ("hh..", "hh..", 0),  # 131072 is the largest
        ("h.h.", "hh..", 0),
        ("hhgg", "hhh.", 131072),
    ],
)
def test_slide_row(row, slid, reward):
    before = of(row)[0]
    new, gained = rules.slide_row(before)
    assert new.tolist() == of(slid)[0].tolist()
    assert gained == reward
    assert new.dtype == np.uint8
    assert before.tolist() == of(row)[0].tolist()


@pytest.mark.parametrize(
    ("action", "rows"),
    [
        (UP, ["2211", "1.2.", "..1.", "...."]),
        (RIGHT, ["..12", "..12", "..12", "...1"]),
        (DOWN, ["....", "..1.", "1.2.", "2211"]),
        (LEFT, ["21..", "12..", "12..", "1..."]),
    ],
)
def test_move_in_each_direction(action, rows):
    board = of("1.11", "12..", "1.2.", "..1.")
    after, reward = rules.move(board, action)
    assert after.tolist() == of(*rows).tolist()
    assert reward == 4
    assert board.tolist() == of("1.11", "12..", "1.2.", "..1.").tolist()


@pytest.mark.parametrize("action", [-1, 4, None, "up"])
def test_move_refuses_other_actions(action):
    with pytest.raises(ValueError, match="action must be 0"):
        rules.move(of("1.", ".."), action)


@given(boards, st.integers(0, 3))
def test_a_move_keeps_the_sum_and_pays_for_merges(board, action):
    after, reward = rules.move(board, action)
    assert _sum(after) == _sum(board)
    # Potential: a tile 2^k made of 2s has earned (k - 1) 2^k.
    assert _earned(after) - _earned(board) == reward
    assert after.dtype == np.uint8
    assert after.max() <= 17


@given(boards, st.integers(0, 3))
def test_a_move_looks_the_same_in_a_mirror(board, action):
    mirrored = {UP: UP, RIGHT: LEFT, DOWN: DOWN, LEFT: RIGHT}[action]
    transposed = {UP: LEFT, LEFT: UP, DOWN: RIGHT, RIGHT: DOWN}[action]
    after, reward = rules.move(board, action)
    assert _same(rules.move(board[:, ::-1], mirrored), (after[:, ::-1], reward))
    assert _same(rules.move(board.T, transposed), (after.T, reward))


@given(boards)
def test_legal_moves_are_those_that_change_the_board(board):
    legal = rules.legal_moves(board)
    assert legal.dtype == np.bool_
    for action in range(4):
        after, _ = rules.move(board, action)
        assert legal[action] == (after != board).any()
    assert rules.is_dead(board) == (not legal.any())


def test_dead_boards():
    assert rules.is_dead(of("12", "21"))
    assert not rules.is_dead(of("12", "11"))
    assert rules.is_dead(of("hh", "hh"))  # two tiles 131072 do not merge
    assert not rules.is_dead(of("gg", "hh"))
    assert rules.is_dead(of("1234", "5678", "9abc", "defg"))
    assert rules.is_dead(of("..", ".."))  # nothing moves


def test_splitmix64_gives_the_published_numbers():
    # The test vectors of the algorithm's reference implementation.
    assert [rules.draw(0, n) for n in range(3)] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]
    assert [rules.draw(1234567, n) for n in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert 0 <= rules.draw(2**64 - 1, 2**40) < 2**64


def test_new_tiles_are_fair():
    board = of("1..1", "....", "..2.", "....")
    spawns = [rules.next_spawn(board, key=7, n=n) for n in range(13 * 400)]
    cells = np.bincount([spawn.cell for spawn in spawns], minlength=16)
    empty = rules.empty_cells(board)
    assert (cells[empty] > 0).all()
    assert cells[empty].sum() == len(spawns)
    # Chi-square with 12 degrees of freedom: above 33 once in a thousand; the key is fixed.
    assert ((cells[empty] - 400) ** 2 / 400).sum() < 33
    fours = np.mean([spawn.exponent == 2 for spawn in spawns])
    assert abs(fours - 0.1) < 3.3 * (0.1 * 0.9 / len(spawns)) ** 0.5
    assert {spawn.exponent for spawn in spawns} == {1, 2}


@pytest.mark.parametrize(("probability", "exponents"), [(0.0, {1}), (1.0, {2})])
def test_only_twos_or_only_fours(probability, exponents):
    board = of("..", "..")
    spawns = [rules.next_spawn(board, 1, n, probability) for n in range(200)]
    assert {spawn.exponent for spawn in spawns} == exponents


@pytest.mark.parametrize("probability", [-0.01, 1.01, float("nan")])
def test_four_threshold_refuses_what_is_no_probability(probability):
    with pytest.raises(ValueError, match="between 0 and 1"):
        rules.four_threshold(probability)


def test_place_leaves_the_board_alone():
    board = of("1.", "..")
    assert rules.place(board, rules.Spawn(cell=2, exponent=2)).tolist() == [[1, 0], [2, 0]]
    assert board.tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("size", [2, 4, 7])
def test_starting_board(size):
    starts = [rules.starting_board(key, size) for key in range(50)]
    assert all((start > 0).sum() == 2 and start.shape == (size, size) for start in starts)
    assert len({start.tobytes() for start in starts}) > 5
    first = rules.next_spawn(np.zeros((size, size), np.uint8), 3, 0)
    assert starts[3].flat[first.cell] == first.exponent


@pytest.mark.parametrize(
    ("board", "message"),
    [
        ([1, 2, 3, 4], "square array"),
        ([[1, 2, 3], [1, 2, 3]], "square array"),
        (np.zeros((4, 4, 18), np.uint8), "square array"),
        ([[1]], "square array"),
        (7, "square array"),
        ([[0.0, 1.0], [1.0, 0.0]], "integer exponents"),
        ([[True, False], [False, True]], "integer exponents"),
        ([["1", "2"], ["3", "4"]], "integer exponents"),
        ([[2**70, 0], [0, 0]], "integer exponents"),
        ([[18, 0], [0, 0]], "the board holds 18"),
        ([[-1, 0], [0, 0]], "the board holds -1"),
        (np.full((2, 2), 2**64 - 1, np.uint64), "the board holds 18446744073709551615"),
    ],
)
def test_check_board_refuses(board, message):
    with pytest.raises(ValueError, match=message):
        rules.check_board(board)


def test_check_board_names_the_shape_it_wants():
    with pytest.raises(ValueError, match=r"must have shape \(4, 4\), not \(3, 3\)"):
        rules.check_board(np.zeros((3, 3), np.uint8), size=4)


def test_check_board_refuses_rows_of_different_lengths():
    with pytest.raises(ValueError):
        rules.check_board([[1, 2], [3]])


def test_check_board_copies():
    board = of("1.", "..")
    checked = rules.check_board(board)
    assert checked.dtype == np.uint8
    assert not np.shares_memory(checked, board)
    assert rules.check_board(((17, 0), (0, 16))).tolist() == [[17, 0], [0, 16]]
    assert rules.check_board(np.array([[1, 2], [0, 0]], np.int64)[::-1]).tolist() == [
        [0, 0],
        [1, 2],
    ]


def test_examples_in_docstrings():
    result = doctest.testmod(rules)
    assert result.failed == 0
    assert result.attempted >= 7


def _sum(board):
    return sum(1 << int(k) for k in board.flat if k)


def _earned(board):
    return sum((int(k) - 1) << int(k) for k in board.flat if k)


def _same(one, other):
    return np.array_equal(one[0], other[0]) and one[1] == other[1]
