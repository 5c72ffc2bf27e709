import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from env2048.board import is_dead, move
from env2048.replay import Recorder, ReplayError, verify
from env2048.replay.convert import from_2048rl, to_2048rl


def _step(action, row, column, value, number, reward):
    return {
        "move_made": action,
        "new_tile_idx": [row, column],
        "new_tile_val": value,
        "move_idx": number,
        "reward": reward,
    }


@pytest.fixture
def theirs():
    """A game as 2048rl's benchmark writes it, worked out by hand."""
    # 2 2 . .   left   4 . . .   down   . . . .   right   2 . . .
    # . . . .          . . . .          . . 2 .           . . . 2
    # . . . .          . . . .          . . . .           . . . .
    # . . . .          . 4 . .          4 4 . .           . . . 8
    return {
        "initialboard": [[2, 2, 0, 0], [0] * 4, [0] * 4, [0] * 4],
        "gameplay": [_step(3, 3, 1, 4, 1, 4), _step(2, 1, 2, 2, 2, 0), _step(1, 0, 0, 2, 3, 8)],
    }


def _play_like_them(wrapped):
    """What 2048rl's player does with a file: reads on until no move is legal."""
    game = wrapped["gameplay"]
    exponents = {0: 0, 2: 1, 4: 2}
    start = [[exponents[face] for face in row] for row in game["initialboard"]]
    board, score, played, over = np.array(start, dtype=np.uint8), 0, 0, False
    while not over:
        step = game["gameplay"][played]
        board, reward = move(board, step["move_made"])
        x, y = step["new_tile_idx"][1], step["new_tile_idx"][0]
        assert board[y, x] == 0
        board[y, x] = exponents[step["new_tile_val"]]
        score, played = score + reward, played + 1
        assert (step["reward"], step["move_idx"]) == (reward, played)
        over = is_dead(board)
    assert played == len(game["gameplay"])
    return board, score


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_known_game_is_read(theirs, wrapped):
    replay = from_2048rl({"gameplay": theirs} if wrapped else theirs)
    assert (replay.moves, replay.spawns, replay.score) == ("LDR", "bMA", 12)
    assert replay.start == ((1, 1, 0, 0), (0,) * 4, (0,) * 4, (0,) * 4)
    assert replay.final == ((1, 0, 0, 0), (0, 0, 0, 1), (0,) * 4, (0, 0, 0, 3))
    assert (replay.max_tile, replay.ended, replay.agent, replay.key) == (8, "quit", None, None)
    assert verify(replay).moves == 3


@settings(max_examples=15, deadline=None)
@given(key=st.integers(0, 2**64 - 1))
def test_whole_games_go_there_and_back(record_random_game, key):
    replay = record_random_game(key).finish()
    exported = json.loads(json.dumps(to_2048rl(replay)))
    board, score = _play_like_them(exported)
    assert (board.tolist(), score) == (replay.final_board().tolist(), replay.score)
    nothing_else = {"agent": None, "seed": None, "key": None, "values": None}
    for content in (exported, exported["gameplay"]):
        assert from_2048rl(content) == replay.model_copy(update=nothing_else)


def test_initial_boards_of_exponents_are_read(record_random_game):
    """Their newer benchmark writes 1 for a 2 and 2 for a 4 on the initial board, only there."""
    for key in (1, 2):
        replay = record_random_game(key).finish()
        game = to_2048rl(replay)["gameplay"]
        game["initialboard"] = [list(row) for row in replay.start]
        assert from_2048rl(game).final == replay.final


def test_two_twos_on_an_initial_board_are_told_apart_by_the_rewards(theirs):
    as_exponents = copy.deepcopy(theirs)
    as_exponents["gameplay"][0]["reward"] = 8
    as_exponents["gameplay"] = as_exponents["gameplay"][:1]
    assert from_2048rl(as_exponents).start[0] == (2, 2, 0, 0)
    assert from_2048rl(theirs).start[0] == (1, 1, 0, 0)
    theirs["gameplay"][0]["reward"] = 5
    with pytest.raises(ReplayError, match=r"^move 1 \(L\): reward is 5, but it should be 4$"):
        from_2048rl(theirs)


def test_what_is_missing_is_not_needed(theirs):
    for step in theirs["gameplay"]:
        del step["move_idx"], step["reward"]
        step["note"] = "more than we know"
    assert from_2048rl(theirs).score == 12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"move_made": 0}, "move 1 (U) changes nothing"),
        ({"move_made": 4}, "move 1: move_made is 4; expected 0 to 3"),
        ({"move_made": -1}, "move 1: move_made is -1; expected 0 to 3"),
        ({"move_made": "left"}, "move 1: move_made is 'left'; expected 0 to 3"),
        ({"move_made": True}, "move 1: move_made is True; expected 0 to 3"),
        ({"new_tile_idx": [0, 0]}, "move 1 (L): the new tile is on cell 0, which is not empty"),
        ({"new_tile_idx": [4, 0]}, "move 1: new_tile_idx is [4, 0]; expected [row, column]"),
        ({"new_tile_idx": [1]}, "move 1: new_tile_idx is [1]; expected [row, column]"),
        ({"new_tile_idx": 5}, "move 1: new_tile_idx is 5; expected [row, column]"),
        ({"new_tile_idx": ["x"] * 10**6}, "move 1: new_tile_idx is ['x', 'x',"),
        ({"new_tile_val": 8}, "move 1: new_tile_val is 8; expected 2 or 4"),
        ({"new_tile_val": 2.0}, "move 1: new_tile_val is 2.0; expected 2 or 4"),
        ({"new_tile_val": None}, "move 1: new_tile_val is None; expected 2 or 4"),
        ({"move_idx": 0}, "move 1 (L): move_idx is 0, but it should be 1"),
        ({"reward": [10**30] * 99}, "move 1 (L): reward is [10000000000000000000"),
    ],
)
def test_a_wrong_step_is_named(theirs, change, message):
    theirs["gameplay"][0] |= change
    with pytest.raises(ReplayError) as caught:
        from_2048rl({"gameplay": theirs})
    assert str(caught.value).startswith(message)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("step", [None, 7, "L", [3], {}])
def test_a_step_that_is_none_is_named(theirs, step):
    theirs["gameplay"][1] = step
    with pytest.raises(ReplayError, match=r"^move 2: "):
        from_2048rl(theirs)


@pytest.mark.parametrize(
    ("board", "message"),
    [
        (None, "expected four rows of four face values"),
        ([[2, 2, 0, 0]] * 3, "expected four rows of four face values"),
        ([[2, 2, 0]] * 4, "expected four rows of four face values"),
        ([[2, 2, 0, True]] * 4, "expected four rows of four face values"),
        ([[2, 2.0, 0, 0]] * 4, "expected four rows of four face values"),
        ([[2, 3, 0, 0]] * 4, "3 is not a face value"),
        ([[2, 1, 16, 0]] * 4, "1 is not a face value"),
        ([[2, -2, 0, 0]] * 4, "-2 is not a face value"),
        ([[2, 1 << 18, 0, 0]] * 4, "262144 is not a face value"),
        ([[2, 10**4000, 0, 0]] * 4, "is not a face value"),
    ],
)
def test_a_wrong_initial_board_is_refused(theirs, board, message):
    theirs["initialboard"] = board
    with pytest.raises(ReplayError, match=f"^initialboard: .*{message}"):
        from_2048rl(theirs)


@pytest.mark.parametrize("content", [None, 7, [], "x", {}, {"gameplay": None}, {"gameplay": {}}])
def test_what_is_not_their_game_is_refused(content):
    with pytest.raises(ReplayError, match="is not a 2048rl game"):
        from_2048rl(content)


def test_games_that_their_player_cannot_show_are_refused(record_random_game, small_replay):
    with pytest.raises(ReplayError, match="4x4 boards only, not 2x2"):
        to_2048rl(small_replay)
    with pytest.raises(ReplayError, match="the game has not ended: a move is still legal"):
        to_2048rl(record_random_game(9, limit=20).finish())
    dead = Recorder([[1, 2, 1, 2], [2, 1, 2, 1]] * 2).finish("dead")
    with pytest.raises(ReplayError, match="no moves"):
        to_2048rl(dead)
    wrong = record_random_game(9).finish().model_copy(update={"score": 1})
    with pytest.raises(ReplayError, match="score is 1, but"):
        to_2048rl(wrong)


def test_two_largest_tiles_are_refused():
    """The game is dead by our rules, but in their player the two 131072 would merge."""
    record = Recorder([[17, 17, 3, 0], [2, 3, 4, 5], [3, 4, 5, 6], [4, 5, 6, 7]])
    record.step(1, [[1, 17, 17, 3], [2, 3, 4, 5], [3, 4, 5, 6], [4, 5, 6, 7]])
    with pytest.raises(ReplayError, match=r"move 1: there are two tiles of 131072"):
        to_2048rl(record.finish("dead"))
