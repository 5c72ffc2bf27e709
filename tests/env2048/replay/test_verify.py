import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from env2048.board import Spawn
from env2048.replay import Replay, ReplayError, Verification, frames, verify


def test_a_right_game(small_replay):
    assert verify(small_replay) == Verification(
        moves=4, score=16, max_tile=8, ended="quit", key_reproduces=None
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"moves": "RRLD"}, "move 2 (R) changes nothing"),
        ({"moves": "LLLD"}, "move 2 (L): the new tile is on cell 0, which is not empty"),
        ({"moves": "LRRD"}, "move 3 (R) changes nothing"),
        ({"moves": "LRXD"}, "move 3: 'X' is not one of U, R, D and L"),
        ({"moves": "LR\nD"}, "move 3: '\\n' is not one of U, R, D and L"),
        ({"spawns": "GA!C"}, "move 3: spawn character '!' is not in the alphabet"),
        ({"spawns": "GAICC"}, "move 3: spawn character 'I' means cell 4"),
        ({"spawns": "GCHC"}, "move 2 (R): the new tile is on cell 1, which is not empty"),
        ({"spawns": "GAH"}, "move 4 (D) has no new tile: there are 4 moves but 3 spawn"),
        ({"moves": "LRL"}, "new tile 4 has no move: there are 3 moves but 4 spawn"),
        ({"score": 20}, "score is 20, but the moves make 16"),
        ({"final": [[0, 1], [2, 4]]}, "final is 4 at row 2, column 2, but the moves lead to 3"),
        ({"max_tile": 16}, "max_tile is 16, but the final board has 8"),
        ({"ended": "dead"}, 'ended is "dead", but a move is still legal'),
    ],
)
def test_the_first_wrong_step_is_named(small_game, change, message):
    with pytest.raises(ReplayError) as caught:
        verify(Replay(**(small_game | change)))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ended", ["goal", "quit"])
def test_a_game_may_stop_at_any_time(small_game, ended):
    assert verify(Replay(**(small_game | {"ended": ended}))).ended == ended


def test_a_game_without_moves(small_game):
    start = {"moves": "", "spawns": "", "score": 0, "final": small_game["start"], "max_tile": 2}
    assert verify(Replay(**(small_game | start))).moves == 0


def test_the_largest_tiles_do_not_merge():
    fields = {"size": 2, "four_probability": 0.1, "spawns": "G", "ended": "quit"}
    two_largest = {"start": [[17, 17], [0, 0]], "final": [[17, 17], [0, 1]], "max_tile": 131072}
    with pytest.raises(ReplayError, match=r"move 1 \(L\) changes nothing"):
        verify(Replay(**fields, **two_largest, moves="L", score=0))
    merging = {"start": [[16, 16], [0, 0]], "final": [[17, 0], [0, 1]], "max_tile": 131072}
    assert verify(Replay(**fields, **merging, moves="L", score=131072)).max_tile == 131072


@settings(max_examples=25, deadline=None)
@given(
    key=st.integers(0, 2**64 - 1),
    size=st.integers(2, 5),
    four_probability=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_games_by_chance_are_right(record_random_game, key, size, four_probability):
    replay = record_random_game(key, size, limit=60, four_probability=four_probability).finish()
    found = verify(replay)
    assert (found.moves, found.score) == (len(replay.moves), replay.score)
    assert found.key_reproduces is True


@settings(max_examples=100, deadline=None)
@given(
    changes=st.dictionaries(st.sampled_from(["moves", "spawns"]), st.text(max_size=20), min_size=1)
)
def test_any_text_gets_one_line(random_replay, changes):
    with pytest.raises(ReplayError) as caught:
        verify(random_replay.model_copy(update=changes))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


def test_the_key_is_a_bonus(random_replay):
    """Another key, or another start, is no error: the new tiles are in the replay."""
    assert verify(random_replay).key_reproduces is True
    assert verify(random_replay.model_copy(update={"key": 1})).key_reproduces is False
    assert verify(random_replay.model_copy(update={"key": None})).key_reproduces is None


def test_one_tile_that_is_not_the_keys_is_told(record_random_game):
    recorder = record_random_game(3, limit=20)
    before = recorder.finish()
    assert verify(before).key_reproduces is True
    action = "URDL".index(before.moves[-1])
    cell, exponent = list(frames(before))[-1].spawn
    recorder.undo()
    recorder.step(action, spawn=Spawn(cell, 3 - exponent))
    assert verify(recorder.finish()).key_reproduces is False


def test_it_is_fast_enough_for_long_games(record_random_game):
    """A 20,000-move game must take a second or two; a hundredth of that is measured here."""
    replay = record_random_game(11, size=5, limit=400).finish()
    begin = time.perf_counter()
    verify(replay)
    assert (time.perf_counter() - begin) / len(replay.moves) < 500e-6
