import numpy as np
import pytest

from env2048.board import Spawn, move, place
from env2048.replay import Replay, ReplayError, frames


def test_the_frames_of_a_game_worked_out_by_hand(small_game):
    values = [[1, 2, 3, 4], None, [None, 1, None, 0], None]
    first, second, third, fourth = frames(Replay(**small_game, values=values))
    assert [f.number for f in (first, second, third, fourth)] == [1, 2, 3, 4]
    assert [f.action for f in (first, second, third, fourth)] == [3, 1, 3, 2]
    assert [f.reward for f in (first, second, third, fourth)] == [4, 0, 0, 12]
    assert [f.score for f in (first, second, third, fourth)] == [4, 4, 4, 16]
    assert first.board.tolist() == [[1, 1], [0, 0]]
    assert first.afterstate.tolist() == [[2, 0], [0, 0]]
    assert first.spawn == Spawn(3, 1)
    assert first.next_board.tolist() == [[2, 0], [0, 1]]
    assert third.next_board.tolist() == [[1, 2], [1, 2]]
    assert fourth.next_board.tolist() == [[0, 1], [2, 3]]
    assert [first.values, second.values, third.values] == [
        (1, 2, 3, 4),
        None,
        (None, 1, None, 0),
    ]


def test_frames_follow_from_each_other(random_replay):
    board = random_replay.start_board()
    for frame in frames(random_replay):
        np.testing.assert_array_equal(frame.board, board)
        afterstate, reward = move(board, frame.action)
        np.testing.assert_array_equal(frame.afterstate, afterstate)
        assert frame.reward == reward
        board = place(afterstate, frame.spawn)
        np.testing.assert_array_equal(frame.next_board, board)
    assert board.tolist() == random_replay.final_board().tolist()
    assert frame.score == random_replay.score


def test_the_frames_before_a_wrong_move_come_first(small_replay):
    seen = []
    with pytest.raises(ReplayError, match=r"^move 3 \(R\) changes nothing$"):
        for frame in frames(small_replay.model_copy(update={"moves": "LRRD"})):
            seen.append(frame.number)  # noqa: PERF401 (a comprehension would lose them)
    assert seen == [1, 2]


def test_a_game_without_moves_has_no_frames(small_replay):
    assert list(frames(small_replay.model_copy(update={"moves": "", "spawns": ""}))) == []
