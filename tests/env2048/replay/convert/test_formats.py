import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from env2048.replay import Replay, ReplayError
from env2048.replay.convert import FORMATS, read_any, render, to_2048rl, write_any
from env2048.replay.convert.league2048 import CHARACTERS


def _game_of(replay: Replay):
    """What every format keeps."""
    return replay.start, replay.moves, replay.spawns, replay.final, replay.score, replay.ended


def test_the_formats():
    assert FORMATS == ("scratch2048", "2048rl", "2048league")


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_is_detected(tmp_path, random_replay, to):
    path = tmp_path / "game"
    write_any(random_replay, path, to)
    assert path.read_text(encoding="utf-8") == render(random_replay, to)
    again = read_any(path)
    assert _game_of(again) == _game_of(random_replay)
    assert (again == random_replay) is (to == "scratch2048")


def test_the_unwrapped_2048rl_object_is_detected(tmp_path, random_replay):
    path = tmp_path / "gameplay.json"
    path.write_text(" \n" + json.dumps(to_2048rl(random_replay)["gameplay"]))
    assert _game_of(read_any(path)) == _game_of(random_replay)


def test_league_text_has_no_newline(random_replay):
    """Readers that take every character for a tile would stumble over one."""
    assert "\n" not in render(random_replay, "2048league")


@settings(max_examples=50, deadline=None)
@given(first=st.integers(0, 31), second=st.integers(0, 31), rest=st.text(alphabet=CHARACTERS))
def test_no_league_text_looks_like_json(first, second, rest):
    """Starting tiles on two cells begin with at most one space, and never with a bracket."""
    if first % 16 != second % 16:
        text = CHARACTERS[first] + CHARACTERS[second] + rest
        assert text.lstrip()[:1] not in ("{", "[")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# A text\n", "is neither JSON nor a game in 2048league's text: "),
        (b"", "is neither JSON nor a game in 2048league's text: expected two starting tiles"),
        (b"\xff", "is not UTF-8 text"),
        (b"{", "is not JSON"),
        (b"[]", "is not a replay: expected an object"),
        (b"{}", "is not a replay: the field format"),
        (b'{"gameplay": 5}', "is not a 2048rl game"),
        (b'{"gameplay": {"gameplay": [], "initialboard": 5}}', "initialboard: expected four rows"),
        (b'{"initialboard": []}', "is not a 2048rl game"),
        (b'{"format": "scratch2048-replay", "version": 3}', "version 3 is newer than"),
    ],
)
def test_what_is_no_replay_gets_one_line(tmp_path, data, message):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(ReplayError) as caught:
        read_any(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(ReplayError, match="there is no such file"):
        read_any(tmp_path / "missing")


def test_what_cannot_be_written_leaves_no_file(tmp_path, small_replay):
    path = tmp_path / "game"
    for to in ("2048rl", "2048league"):
        with pytest.raises(ReplayError, match=r"4x4 boards only"):
            write_any(small_replay, path, to)
    with pytest.raises(ValueError, match="must be one of scratch2048, 2048rl, 2048league"):
        write_any(small_replay, path, "txt")
    assert list(tmp_path.iterdir()) == []
