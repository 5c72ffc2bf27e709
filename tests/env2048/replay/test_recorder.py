import doctest
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from env2048.board import Spawn, is_dead, starting_board
from env2048.replay import (
    Recorder,
    ReplayError,
    codec,
    frames,
    recorder,
    replay_from_key,
    replay_from_spawns,
    verify,
)

START = [[1, 1], [0, 0]]


@pytest.mark.parametrize("module", [codec, recorder])
def test_examples(module):
    assert doctest.testmod(module).attempted > 0
    assert doctest.testmod(module).failed == 0


def test_a_game_by_its_boards(small_replay):
    record = Recorder(START)
    assert record.step(3, [[2, 0], [0, 1]]) == Spawn(3, 1)
    record.step(np.int64(1), np.array([[1, 2], [0, 1]], dtype=np.uint8))
    assert record.step(3, [[1, 2], [1, 2]]) == Spawn(3, 2)
    record.step(2, [[0, 1], [2, 3]])
    assert (len(record), record.score, record.board.tolist()) == (4, 16, [[0, 1], [2, 3]])
    assert record.finish() == small_replay


def test_boards_tiles_and_key_record_the_same(record_random_game):
    by_key = record_random_game(17).finish()
    about = {"agent": by_key.agent, "seed": by_key.seed, "key": by_key.key}
    by_boards = Recorder(by_key.start_board(), **about)
    by_tiles = Recorder(by_key.start_board(), **about)
    for frame in frames(by_key):
        by_boards.step(frame.action, frame.next_board)
        by_tiles.step(frame.action, spawn=frame.spawn)
    assert by_boards.finish() == by_tiles.finish() == by_key
    assert by_key.ended == "dead"
    assert is_dead(by_key.final_board())


@settings(max_examples=20, deadline=None)
@given(key=st.integers(0, 2**64 - 1), size=st.integers(2, 5))
def test_a_game_is_its_key_and_moves(record_random_game, key, size):
    replay = record_random_game(key, size, limit=50).finish()
    again = replay_from_key(
        key, replay.moves, size=size, agent=replay.agent, seed=replay.seed, ended=replay.ended
    )
    assert again == replay
    actions = np.array(["URDL".index(letter) for letter in replay.moves], dtype=np.int64)
    assert replay_from_key(key, actions, size=size).spawns == replay.spawns
    assert verify(again).key_reproduces is True


def test_what_a_key_and_moves_refuse():
    with pytest.raises(ValueError, match="one of the letters U, R, D and L, not 'X'"):
        replay_from_key(1, "X")
    with pytest.raises(ValueError, match="changes nothing"):
        replay_from_key(1, "U" * 200)
    with pytest.raises(ValueError, match="action must be"):
        replay_from_key(1, [4])


def test_undo_takes_back_moves_score_and_values():
    record = Recorder(starting_board(8), key=8)
    untouched = record.finish()
    record.step(2, values=[1, 2, 3, 4])
    first = record.finish()
    record.step(3)
    record.step(2)
    record.undo()
    record.undo()
    assert record.finish() == first
    record.undo()
    assert record.finish() == untouched
    with pytest.raises(IndexError, match="no move to take back"):
        record.undo()
    record.step(2, values=[1, 2, 3, 4])
    assert record.finish() == first


def test_the_board_is_a_copy():
    start = starting_board(8)
    record = Recorder(start, key=8)
    start[:] = 9
    record.board[:] = 9
    next_board = starting_board(8)
    assert record.board.tolist() == next_board.tolist()


@pytest.mark.parametrize(
    ("action", "arguments", "message"),
    [
        (0, {"spawn": Spawn(3, 1)}, r"move 1 \(U\) changes nothing"),
        (4, {"spawn": Spawn(3, 1)}, "action must be"),
        (3, {}, "needs the next board or the new tile"),
        (3, {"spawn": Spawn(0, 1)}, "not a 2 or a 4 on an empty cell"),
        (3, {"spawn": Spawn(4, 1)}, "not a 2 or a 4 on an empty cell"),
        (3, {"spawn": Spawn(-1, 1)}, "not a 2 or a 4 on an empty cell"),
        (3, {"spawn": Spawn(3, 3)}, "not a 2 or a 4 on an empty cell"),
        (3, {"next_board": [[2, 0], [0, 0]]}, r"move 1 \(L\): the next board is not"),
        (3, {"next_board": [[2, 1], [0, 1]]}, r"move 1 \(L\): the next board is not"),
        (3, {"next_board": [[1, 0], [0, 0]]}, r"move 1 \(L\): the next board is not"),
        (3, {"next_board": [[2, 0], [0, 3]]}, r"move 1 \(L\): the next board is not"),
        (3, {"next_board": [[0] * 3] * 3}, "must have shape"),
        (3, {"next_board": [[2, 0], [0, 1]], "values": [1, 2, 3]}, "four values"),
    ],
)
def test_wrong_steps_are_refused_and_change_nothing(action, arguments, message):
    record = Recorder(START)
    before = record.finish()
    with pytest.raises(ValueError, match=message):
        record.step(action, **arguments)
    assert record.finish() == before


def test_wrong_beginnings_and_ends():
    with pytest.raises(ValueError, match="size 2 to 5, not 6"):
        Recorder(np.zeros((6, 6), dtype=np.uint8))
    with pytest.raises(ValueError, match="exponents must be"):
        Recorder([[18, 0], [0, 0]])
    with pytest.raises(ValueError, match="a move is legal"):
        Recorder(START).finish("dead")
    with pytest.raises(ValueError, match="ended"):
        Recorder(START).finish("won")
    assert Recorder(START).finish("goal").ended == "goal"
    assert Recorder([[1, 2], [2, 1]]).finish().ended == "dead"


def test_values_are_kept_to_seven_digits_and_illegal_ones_are_none():
    record = Recorder(START)
    record.step(3, spawn=Spawn(3, 1))
    record.step(1, spawn=Spawn(0, 1), values=np.array([1 / 3, math.nan, -math.inf, 123456.789]))
    assert record.finish().values == (None, (0.3333333, None, None, 123456.8))


def test_games_from_elsewhere(small_replay):
    again = replay_from_spawns(small_replay.start, small_replay.moves, small_replay.spawns)
    assert again == small_replay
    with pytest.raises(ReplayError, match=r"move 3 \(R\) changes nothing"):
        replay_from_spawns(small_replay.start, "LRRD", "GAHC")
    with pytest.raises(ReplayError, match="more than 1,638,400 moves"):
        replay_from_spawns(small_replay.start, "L" * 1_638_401, "")
