import numpy as np
import pytest
from scripted import Script

from agents.greedy import GreedyAgent
from agents.window.game import Game, Position
from agents.window.play import Player
from env2048 import board as rules
from env2048.render import Window
from env2048.render.theme import GAME_OVER, YOU_WIN

HELPER = GreedyAgent()


@pytest.fixture
def play(monkeypatch):
    """A function: keys, options of a Player -> the script and the games."""

    def run(*keys, seed=1, size=4, **options):
        script = Script(monkeypatch, *keys)
        with Window(size) as window:
            games = list(Player(window, HELPER, seed=seed, size=size, **options).games())
        return script, games

    return run


@pytest.fixture
def begin_with(monkeypatch):
    """A function that lets all games begin with a board."""

    def begin(board):
        start = Position(np.array(board, np.uint8), 0, True)
        monkeypatch.setattr(Game, "_start", lambda game, size: start)

    return begin


def played(keys, seed=1, size=4):
    """The board after these directions, by the game itself."""
    game = Game(seed, size)
    for letter in keys:
        game.step(rules.DIRECTIONS.index(letter))
    return game.board


@pytest.mark.parametrize(
    "keys",
    [
        "up right down left up left",
        "w d s a w a",
        "k l j h k h",
        "up d j left k h",
    ],
)
def test_all_keys_that_move(play, keys):
    script, games = play(*keys.split())
    expected = played("URDLUL")
    assert np.array_equal(script.last.board, expected)
    assert np.array_equal(games[0].board, expected)


def test_a_move_that_changes_nothing_is_none(play):
    board = played("UUUUU")
    assert not rules.legal_moves(board)[rules.UP]
    _, games = play("up up up up up", "up", "up")
    assert np.array_equal(games[0].board, board)
    assert len(games[0]) < 5


def test_h_is_the_hint_until_jkl_are_used(play):
    script, games = play("up", "right", "h")
    board = games[0].board
    assert np.array_equal(board, played("UR"))
    assert script.last.notes.hint == HELPER.act(board)
    np.testing.assert_array_equal(script.last.notes.values, HELPER.values(board))
    assert "greedy" in script.last.notes.status
    script, games = play("up", "l", "h")
    assert np.array_equal(games[0].board, played("URL"))
    assert script.last.notes.hint is None
    assert "?: hint" in script.last.notes.status
    script, games = play("up", "l", "right", "up", "h")
    assert script.last.notes.hint == HELPER.act(games[0].board)


def test_the_question_mark_is_always_the_hint(play):
    for keys in ("up ?", "k l ?", "?"):
        script, games = play(*keys.split())
        assert script.last.notes.hint == HELPER.act(games[0].board)


def test_a_hint_goes_with_the_next_move(play):
    script, _ = play("up", "h", "right")
    assert script.last.notes.hint is None
    assert script.last.notes.values is None


def test_undo_any_number_of_steps(play):
    moves = ["up", "right", "down", "left", "up", "right", "down", "left", "up", "right"]
    script, _ = play(*moves, *["u"] * 6)
    assert np.array_equal(script.last.board, played("URDL"))
    script, _ = play(*moves, *["u"] * 100)
    assert np.array_equal(script.last.board, Game(1).board)
    assert script.last.score == 0
    again, games_again = play(*moves, *["u"] * 6, *moves[4:])
    straight, games_straight = play(*moves)
    assert np.array_equal(again.last.board, straight.last.board)
    assert games_again[0].replay("me") == games_straight[0].replay("me")


def test_best_is_of_earlier_games_and_not_of_moves_taken_back(play):
    moves = ["left", "down"] * 15
    script, games = play(*moves, "r", "", seed=2)
    assert [game.seed for game in games] == [2, 3]
    assert games[0].score > 0
    assert script.last.best == games[0].score
    assert script.last.score == 0
    script, _ = play(*moves, *["u"] * 100, seed=2)
    assert script.last.best == 0


WINNING = [[10, 10, 1, 0], [3, 2, 1, 0], [0] * 4, [0] * 4]


def test_the_first_2048_wins_and_the_game_can_go_on(play, begin_with):
    begin_with(WINNING)
    script, games = play("left", "down", "h", "up")
    assert script.last.notes.headline == YOU_WIN
    assert script.last.notes.won
    assert "keep going" in script.last.notes.message
    assert len(games[0]) == 1  # the other keys waited in vain
    script, games = play("left", "return", "down", "right")
    assert script.last.notes.headline == ""
    assert len(games[0]) == 3
    script, games = play("left", "u", "right")  # another way to win
    assert script.last.notes.headline == YOU_WIN
    script, games = play("left", "return", "u", "left")  # one has said so already
    assert script.last.notes.headline == ""


def test_game_over_and_back(play, begin_with):
    begin_with([[1, 2, 3, 4], [2, 3, 4, 5], [1, 2, 3, 4], [5, 6, 7, 7]])
    script, games = play("left", "h", "up")
    assert games[0].over
    assert script.last.notes.headline == GAME_OVER
    assert not script.last.notes.won
    script, games = play("left", "u")
    assert script.last.notes.headline == ""
    assert not games[0].over


def test_other_boards_and_more_fours(play):
    script, games = play("left", "down", "left", size=6, four_probability=1.0)
    assert script.last.board.shape == (6, 6)
    assert 1 not in games[0].board  # no 2 anywhere


@pytest.mark.parametrize("key", ["escape", "close"])
def test_esc_and_closing_end(play, key):
    _, games = play("left", key, "down", "down")
    assert len(games) == 1
    assert len(games[0]) == 1


def test_stop_ends(play):
    answers = iter([False] * 20)
    _, games = play(*["left", "down"] * 100, stop=lambda: next(answers, True))
    assert len(games) == 1
    assert 0 < len(games[0]) < 30
