import threading

import numpy as np
import pytest
from scripted import Script

from agents.greedy import GreedyAgent
from agents.random import RandomAgent
from agents.recording import play_game
from agents.window.watch import FASTEST, SLOWEST, Watcher
from env2048.render import Window
from env2048.render.backend import pygame
from env2048.render.theme import GAME_OVER

AGENT = GreedyAgent()


@pytest.fixture
def watch(monkeypatch):
    """A function: keys, options of a Watcher -> the script, the games, the Watcher."""

    def run(*keys, agent=AGENT, seed=1, size=4, hurry=True, **options):
        script = Script(monkeypatch, *keys)
        with Window(size) as window:
            watcher = Watcher(agent, window, seed=seed, size=size, hurry=hurry, **options)
            games = list(watcher.games())
        return script, games, watcher

    return run


def none(looks):
    return [""] * looks


@pytest.mark.parametrize("agent", [AGENT, RandomAgent()], ids=lambda agent: agent.name)
def test_shows_the_games_that_the_agent_plays(watch, agent):
    script, games, _ = watch(*none(10**4), agent=agent, seed=3, size=3, limit=2)
    assert [game.seed for game in games] == [3, 4]
    for game in games:
        expected = play_game(agent, game.seed, size=3)
        assert game.over
        assert [score for _, score in game.positions] == [score for _, score in expected.positions]
        assert np.array_equal(game.board, expected.board)
    assert np.array_equal(script.last.board, games[-1].board)
    assert script.last.score == games[-1].score
    assert script.last.best == max(game.score for game in games)
    assert script.last.notes.headline == GAME_OVER


def test_space_pauses_and_the_right_arrow_steps(watch):
    script, games, watcher = watch("", "", "space", *none(5), "right", *none(5), "right right", "")
    assert [len(game) for game in games] == [2 + 1 + 1]
    assert watcher.paused
    assert "paused" in script.last.notes.status
    assert not games[0].over


def test_space_goes_on_and_the_right_arrow_does_nothing_then(watch):
    _, games, watcher = watch("space", "", "space", "right", "", "")
    assert [len(game) for game in games] == [4]
    assert not watcher.paused


def test_step_shows_each_move(watch):
    keys = ["space", *(["right", ""] * 6)]
    script, games, _ = watch(*keys)
    shown = [picture.board.tobytes() for picture in script.pictures]
    assert {board.tobytes() for board, _ in games[0].positions} == set(shown)


def test_v_shows_what_the_agent_expects(watch):
    script, games, _ = watch("space", "v", "right", "")
    board = games[0].board
    assert np.array_equal(script.last.board, board)
    np.testing.assert_array_equal(script.last.notes.values, AGENT.values(board))
    assert script.last.notes.highlighted == AGENT.act(board)
    script, _, watcher = watch("space v", "v", "")
    assert not watcher.shows_values
    assert script.last.notes.values is None


def test_the_move_that_chance_chooses_is_highlighted(watch):
    keys = ["space v", *(["right", ""] * 20)]
    script, games, _ = watch(*keys, agent=RandomAgent())
    hints = {picture.board.tobytes(): picture.notes.hint for picture in script.pictures}
    expected = play_game(RandomAgent(), 1)
    for (before, _), (after, _) in zip(games[0].positions, games[0].positions[1:], strict=False):
        assert hints[before.tobytes()] is not None
        assert after.tobytes() in {board.tobytes() for board, _ in expected.positions}


def test_the_speed_doubles_and_halves_between_bounds(watch):
    _, _, watcher = watch("+", "+ =", "-", speed=4)
    assert watcher.speed == 16
    script, _, watcher = watch("space", *["+"] * 20, "space", speed=3)
    assert watcher.speed == FASTEST
    assert f"{FASTEST:g} moves/s" in script.last.notes.status
    _, _, watcher = watch("space", *["-"] * 20, speed=3)
    assert watcher.speed == SLOWEST


@pytest.mark.parametrize("speed", [0.5, 8, 200])
def test_plays_as_fast_as_asked(watch, speed):
    script, games, _ = watch(*none(10**5), hurry=False, speed=speed, limit=1)
    moves = len(games[0])
    assert moves > 50
    assert script.clock.now - 100 == pytest.approx(moves / speed + 2, rel=0.02)  # 2 s game over


def test_a_faster_speed_does_not_wait_out_the_slower_one(watch):
    script, games, _ = watch("", "+ + + +", *none(20), hurry=False, speed=0.5)
    assert len(games[0]) > 5
    assert script.clock.now - 100 < 2.5


def test_no_catching_up_after_a_pause(watch):
    _, games, _ = watch("space", *none(100), "space", *none(5), hurry=False, speed=10)
    assert len(games[0]) < 6


def test_r_begins_the_next_game_which_does_not_count(watch):
    script, games, _ = watch("", "", "r", *none(10**4), seed=7, limit=1)
    assert [(game.seed, game.over) for game in games] == [(7, False), (8, True)]
    assert len(games[0]) == 2
    assert script.last.best == max(game.score for game in games)


def test_the_next_game_of_a_paused_one_waits(watch):
    script, games, _ = watch("space", "r", *none(10))
    assert [len(game) for game in games] == [0, 0]
    assert script.last.score == 0
    assert np.array_equal(script.last.board, games[1].board)


def test_game_over_stays_while_paused_and_a_step_leads_on(watch):
    """A pause of 30 seconds, at 1000 moves/s, during the two seconds after the end of a game."""
    moves = len(play_game(AGENT, 1, size=2))
    until_over = none(2 * moves + 5)  # between two moves it waits once
    pause = ["space", *none(300), "right", *none(10)]
    script, games, _ = watch(*until_over, *pause, hurry=False, speed=1000, size=2)
    assert [(game.seed, game.over) for game in games] == [(1, True), (2, False)]
    assert len(games[1]) == 0
    assert script.clock.now - 100 > 30


@pytest.mark.parametrize("key", ["escape", "close"])
def test_esc_and_closing_end(watch, key):
    _, games, _ = watch("", "", "", key, *none(100))
    assert [len(game) for game in games] == [3]


def test_stop_ends(watch):
    answers = iter([False] * 30)
    _, games, _ = watch(*none(100), stop=lambda: next(answers, True))
    assert len(games) == 1
    assert not games[0].over


def test_real_events_reach_the_watcher():
    """No script here: pygame's own events, and the window's own closing."""
    with Window() as window:
        watcher = Watcher(AGENT, window, seed=1, hurry=True)
        for code, typed in ((pygame.K_SPACE, " "), (pygame.K_RIGHT, ""), (pygame.K_v, "v")):
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, unicode=typed))
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        games = list(watcher.games())
        assert window.closed
    assert len(games) == 1
    assert len(games[0]) <= 1


class Ponderer(GreedyAgent):
    """Thinks about its third move until it may go on."""

    def __init__(self):
        super().__init__()
        self.asked = 0
        self.may_go_on = threading.Event()

    def values_many(self, boards):
        self.asked += 1
        if self.asked == 3:
            self.may_go_on.wait()
        return super().values_many(boards)


def test_the_window_takes_keys_while_the_agent_thinks(watch):
    agent = Ponderer()
    _, games, watcher = watch("v", *none(5), "escape", agent=agent, hurry=False, speed=FASTEST)
    assert [len(game) for game in games] == [2]
    assert watcher.shows_values  # a key that came before
    agent.may_go_on.set()


def test_a_thought_that_took_long_is_shown_and_played(watch):
    agent = Ponderer()
    threading.Timer(0.4, agent.may_go_on.set).start()
    looks = none(10**7)  # the script's clock is not the timer's: it looks without waiting
    script, games, _ = watch(*looks, agent=agent, hurry=False, speed=FASTEST, limit=1)
    expected = play_game(AGENT, 1)
    assert [score for _, score in games[0].positions] == [score for _, score in expected.positions]
    assert script.last.notes.headline == GAME_OVER
