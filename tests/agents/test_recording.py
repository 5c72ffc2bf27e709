import numpy as np
import pytest

from agents.evaluation import evaluate
from agents.greedy import GreedyAgent
from agents.random import RandomAgent
from agents.recording import better, decide, play_game, play_games, record_best, record_game
from env2048.replay import frames, verify


@pytest.mark.parametrize("agent", [GreedyAgent(), RandomAgent()], ids=lambda agent: agent.name)
def test_the_recorded_game_is_the_evaluated_one(agent):
    games = evaluate(agent, games=1, seed=6).games
    replay = record_game(agent, 6)
    found = verify(replay)
    assert found.key_reproduces
    assert (found.score, found.moves) == (games.scores[0], games.moves[0])
    assert found.max_tile == 1 << games.largest[0]
    assert (replay.agent, replay.seed, replay.ended) == (agent.name, 6, "dead")


def test_the_recorded_values_are_the_agents():
    agent = GreedyAgent()
    for frame in frames(record_game(agent, 2)):
        values = [np.nan if value is None else value for value in frame.values]
        np.testing.assert_allclose(values, agent.values(frame.board), rtol=1e-6)
        assert frame.action == agent.act(frame.board)


def test_decide_tells_what_the_agent_does_and_thinks():
    agent, board = GreedyAgent(), play_game(GreedyAgent(), 1).positions[40][0]
    action, values = decide(agent, board, np.random.default_rng(0))
    assert action == agent.act(board)
    np.testing.assert_array_equal(values, agent.values(board))


def test_best_of_several_games():
    agent = GreedyAgent()
    result = evaluate(agent, games=8, seed=20)
    reports: list[int] = []
    replay = record_best(agent, 20, 8, reports.append)
    assert replay.score == result.max_score
    assert replay.seed == 20 + result.best_game
    assert reports[-1] == 8


def test_best_of_several_games_that_chance_plays():
    agent = RandomAgent()
    scores = [record_game(agent, seed).score for seed in range(30, 36)]
    replay = record_best(agent, 30, 6)
    assert replay.score == max(scores)
    assert replay.seed == 30 + int(np.argmax(scores))
    verify(replay)


@pytest.mark.parametrize("games", [0, -3])
def test_best_of_no_games(games):
    with pytest.raises(ValueError, match=f"games must be 1 or more, not {games}"):
        record_best(GreedyAgent(), 0, games)


def test_games_of_following_seeds_on_another_board():
    games = list(play_games(GreedyAgent(), 5, 3, size=3))
    assert [game.seed for game in games] == [5, 6, 7]
    assert all(game.over and game.board.shape == (3, 3) for game in games)


def test_stop_breaks_off():
    asked = iter([False] * 10 + [True] * 10)
    games = list(play_games(GreedyAgent(), 5, 3, stop=lambda: next(asked)))
    assert [len(game) for game in games] == [10]
    assert not games[0].over


def test_better_prefers_the_earlier_of_equals():
    first, second = play_game(GreedyAgent(), 1), play_game(GreedyAgent(), 1)
    assert better(None, first) is first
    assert better(first, second) is first
    low = min((play_game(GreedyAgent(), seed) for seed in (2, 3)), key=lambda game: game.score)
    assert better(low, first).score == max(low.score, first.score)
