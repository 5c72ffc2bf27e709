from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from env2048 import board as rules
from env2048.render.animation import (
    EASE,
    EASE_IN_OUT,
    animate_move,
    animate_start,
    cubic_bezier,
    pop_scale,
)

boards = st.integers(2, 6).flatmap(
    lambda size: arrays(
        np.uint8, (size, size), elements=st.sampled_from([0, 0, 1, 1, 2, 3, 11, 16, 17])
    )
)


def drawn(sprites, size):
    """The board that sprites at rest show; fails if one is not at rest, or two share a cell."""
    board = np.zeros((size, size), np.uint8)
    for exponent, row, column, scale, opacity in sprites:
        assert scale == opacity == 1 and row == int(row) and column == int(column)
        assert board[int(row), int(column)] == 0
        board[int(row), int(column)] = exponent
    return board


def with_spawn(afterstate):
    empty = rules.empty_cells(afterstate)
    return rules.place(afterstate, rules.Spawn(int(empty[len(empty) // 2]), 2))


@given(boards, st.integers(0, 3))
def test_begins_with_the_first_board_and_ends_with_the_second(before, action):
    after, _ = rules.move(before, action)
    if (after != before).any():
        after = with_spawn(after)
    animation = animate_move(before, action, after)
    size = len(before)
    assert np.array_equal(drawn(animation.at(0.0), size), before)
    assert np.array_equal(drawn(animation.at(animation.duration), size), after)
    assert np.array_equal(drawn(animation.at(10_000), size), after)


@given(boards, st.integers(0, 3))
def test_tiles_move_only_towards_the_action(before, action):
    after, _ = rules.move(before, action)
    step = {0: (-1, 0), 1: (0, 1), 2: (1, 0), 3: (0, -1)}[action]
    for slide in animate_move(before, action, after).slides:
        way = np.subtract(slide.end, slide.start)
        assert np.array_equal(np.sign(way), np.multiply(step, bool(way.any())))


def test_half_way():
    before = np.array([[0, 1], [1, 0]], np.uint8)
    sprites = animate_move(before, rules.LEFT, np.array([[1, 0], [1, 0]], np.uint8)).at(50.0)
    assert [(s.row, s.column) for s in sprites] == [(1, 0), (0, pytest.approx(0.5, abs=1e-4))]


def test_a_merge_pops_above_its_two_tiles():
    before = np.array([[1, 1], [0, 0]], np.uint8)
    animation = animate_move(before, rules.LEFT, np.array([[2, 0], [0, 1]], np.uint8))
    assert animation.duration == 300
    assert [s.exponent for s in animation.at(99)] == [1, 1]
    *below, spawn, merged = animation.at(200)
    assert [tile.exponent for tile in below] == [1, 1]
    assert merged.exponent == 2 and merged.scale == pytest.approx(1.2)
    assert (spawn.row, spawn.column) == (1, 1) and 0 < spawn.scale == spawn.opacity < 1


def test_three_in_a_row_merge_on_the_side_of_the_move():
    before = np.array([[1, 1, 1], [0, 0, 0], [0, 0, 0]], np.uint8)
    after, _ = rules.move(before, rules.RIGHT)
    slides = Counter(animate_move(before, rules.RIGHT, after).slides)
    assert slides == {
        (1, (0, 2), (0, 2), True): 1,
        (1, (0, 1), (0, 2), True): 1,
        (1, (0, 0), (0, 1), False): 1,
    }


def test_durations():
    slide = np.array([[0, 1], [0, 0]], np.uint8)
    assert animate_move(slide, rules.LEFT, rules.move(slide, rules.LEFT)[0]).duration == 100
    assert animate_move(slide, rules.RIGHT, slide).duration == 0
    assert animate_start(slide).duration == 200


def test_a_new_game_appears():
    board = rules.starting_board(3)
    animation = animate_start(board)
    assert all(sprite.opacity == 0 for sprite in animation.at(0))
    assert np.array_equal(drawn(animation.at(200), 4), board)


def test_rejects_boards_that_do_not_follow():
    before = np.array([[0, 1], [0, 0]], np.uint8)
    for after in ([[1, 1], [1, 0]], [[2, 0], [0, 0]], [[0, 1], [0, 0]]):
        with pytest.raises(ValueError, match="after move L"):
            animate_move(before, rules.LEFT, np.array(after, np.uint8))


def test_curves_against_css():
    # x and y of the Bezier curve at t = 1/2 are (p1 + p2) * 3/8 + 1/8.
    assert EASE_IN_OUT(0.5) == pytest.approx(0.5, abs=1e-5)
    assert EASE((0.25 + 0.25) * 3 / 8 + 1 / 8) == pytest.approx((0.1 + 1) * 3 / 8 + 1 / 8, abs=1e-5)
    assert cubic_bezier(1 / 3, 1 / 3, 2 / 3, 2 / 3)(0.3) == pytest.approx(0.3, abs=1e-5)
    assert [EASE(x) for x in (-1, 0, 1, 2)] == [0, 0, 1, 1]
    assert [pop_scale(x) for x in (0, 0.5, 1)] == [0, pytest.approx(1.2), pytest.approx(1)]
    values = [EASE(x / 100) for x in range(101)]
    assert values == sorted(values)
