import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from env2048.replay import Recorder, ReplayError, verify
from env2048.replay.convert import from_2048league, to_2048league
from env2048.replay.convert.league2048 import CHARACTERS


def test_the_alphabet_is_that_of_the_contract():
    assert len(CHARACTERS) == len(set(CHARACTERS)) == 128
    assert (CHARACTERS[0], CHARACTERS[94], CHARACTERS[95], CHARACTERS[127]) == (" ", "~", "Ç", "á")


def test_a_known_game():
    """By hand: a 2 at row 0, column 1, a 4 at row 2, column 3; left, a 2 at row 3, column 0."""
    text = chr(0x20 + 4 * 1 + 0) + chr(0x20 + 16 + 4 * 3 + 2) + "ä"  # "ä" is 99 = 3 * 32 + 3
    replay = from_2048league(text)
    assert replay.start == ((0, 1, 0, 0), (0,) * 4, (0, 0, 0, 2), (0,) * 4)
    assert (replay.moves, replay.spawns) == ("L", "Y")
    assert replay.final == ((1, 0, 0, 0), (0,) * 4, (2, 0, 0, 0), (1, 0, 0, 0))
    assert (replay.score, replay.max_tile, replay.ended) == (0, 4, "quit")
    assert to_2048league(replay) == text


@settings(max_examples=15, deadline=None)
@given(key=st.integers(0, 2**64 - 1), limit=st.none() | st.integers(0, 50))
def test_games_go_there_and_back(record_random_game, key, limit):
    replay = record_random_game(key, limit=limit).finish()
    text = to_2048league(replay)
    assert len(text) == 2 + len(replay.moves)
    nothing_else = {"agent": None, "seed": None, "key": None, "values": None}
    for ending in ("", "\n", "\r\n"):
        assert from_2048league(text + ending) == replay.model_copy(update=nothing_else)


def test_the_direction_of_starting_tiles_does_not_matter():
    plain = CHARACTERS[4] + CHARACTERS[30] + "ä"
    for direction in (1, 2, 3):
        odd = CHARACTERS[4 + 32 * direction] + CHARACTERS[30 + 32 * direction] + "ä"
        assert from_2048league(odd) == from_2048league(plain)
        assert to_2048league(from_2048league(odd)) == plain


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected two starting tiles"),
        ("\n", "expected two starting tiles"),
        ("$", "expected two starting tiles"),
        ("$$", "both starting tiles are on cell 1"),
        ("$4", "both starting tiles are on cell 1"),
        ("$>\tä", r"character 3 ('\t') is not in its alphabet"),
        ("$>ä\nä", r"character 4 ('\n') is not in its alphabet"),
        ("$>€", "character 3 ('€') is not in its alphabet"),
        ("$>$", "move 1 (U): the new tile is on cell 1, which is not empty"),
        (" $ü", "move 1 (L): the new tile is on cell 0, which is not empty"),
        (" ( ", "move 1 (U) changes nothing"),
    ],
)
def test_a_wrong_text_gets_one_line(text, message):
    with pytest.raises(ReplayError) as caught:
        from_2048league(text)
    assert str(caught.value).startswith(message)


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=CHARACTERS, max_size=12) | st.text(max_size=12))
def test_any_text_is_a_right_game_or_gets_one_line(text):
    try:
        verify(from_2048league(text))
    except ReplayError as error:
        assert str(error).isprintable()


def test_games_that_cannot_be_written(small_replay, record_random_game):
    with pytest.raises(ReplayError, match="4x4 boards only, not 2x2"):
        to_2048league(small_replay)
    start = [[1, 1, 1, 0], [0] * 4, [0] * 4, [0] * 4]
    with pytest.raises(ReplayError, match="starts with two tiles"):
        to_2048league(Recorder(start).finish())
    with pytest.raises(ReplayError, match="starts with two tiles"):
        to_2048league(Recorder([[3, 1, 0, 0], [0] * 4, [0] * 4, [0] * 4]).finish())
    wrong = record_random_game(9, limit=9).finish().model_copy(update={"moves": "U"})
    with pytest.raises(ReplayError, match="move"):
        to_2048league(wrong)
