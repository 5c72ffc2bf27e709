"""The player that searches."""

import time

import numpy as np
import pytest
from oracle import masks, random_boards
from playing import outcomes, play_in_env

import agents
from agents import registry
from agents.base import Agent, Games
from agents.evaluation import evaluate
from agents.greedy import GreedyAgent
from agents.ntuple.agent import NTupleAgent
from agents.random import RandomAgent
from agents.recording import decide, record_best, record_game
from agents.search.agent import SearchAgent
from agents.search.expectimax import move_values
from env2048.keys import first_keys

DEAD = np.array([[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2], [2, 1, 2, 1]], np.uint8)
ONE_MOVE = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [1, 2, 3, 4], [0, 0, 0, 0]], np.uint8)


class ToyAgent(Agent):
    """Values afterstates of any size by the toy function: all that search asks of an agent."""

    name = "toy"

    def __init__(self, toy):
        self.afterstate_values = toy.afterstate_values

    def values_many(self, boards):
        return np.where(masks(boards), 1.0, np.nan)

    def save(self, path):
        raise NotImplementedError


@pytest.fixture(params=["ntuple", "greedy"])
def inner(request, ntuple_agent):
    """The agents that can search, with and without compiled code."""
    return {"ntuple": ntuple_agent, "greedy": GreedyAgent()}[request.param]


def living_boards(count, seed):
    boards = random_boards(2 * count, 4, np.random.default_rng(seed))
    return boards[masks(boards).any(axis=1)][:count]


# ------------------------------------------------------------------------------------ decisions


def test_is_public():
    assert agents.SearchAgent is SearchAgent


def test_one_ply_is_the_agent_itself(inner):
    boards = living_boards(100, 1)
    search = SearchAgent(inner, 1)
    np.testing.assert_array_equal(search.values_many(boards), inner.values_many(boards))
    keys = first_keys(3, 5)
    assert outcomes(search.play(keys)) == outcomes(inner.play(keys))


def test_values_and_moves(inner):
    search = SearchAgent(inner, 2)
    boards = living_boards(40, 2)
    values = search.values_many(boards)
    assert values.dtype == np.float64
    assert (np.isnan(values) == ~masks(boards)).all()
    assert search.act_many(boards).tolist() == np.nanargmax(values, axis=1).tolist()
    for board, expected in zip(boards[:10], values, strict=False):
        np.testing.assert_array_equal(search.values(board), expected)
        assert search.act(board) == np.nanargmax(expected)
    assert search.values_many(boards[:0]).shape == (0, 4)


def test_any_agent_that_values_afterstates_can_search(toy):
    search = SearchAgent(ToyAgent(toy), 2)
    for size in (2, 3, 4):
        board = np.zeros((size, size), np.uint8)
        board[0, 0], board[1, 1] = 1, 2
        expected = move_values(board, 2, toy.value)
        np.testing.assert_allclose(search.values(board), expected, rtol=1e-12)


def test_a_dead_board_has_no_move(inner):
    for search in (SearchAgent(inner, 3), SearchAgent(inner, None, 0.01)):
        assert np.isnan(search.values(DEAD)).all()
        with pytest.raises(ValueError, match="the game is over"):
            search.act(DEAD)


def test_is_called_and_saved_as_the_agent_that_it_asks(inner, tmp_path):
    search = SearchAgent(inner, 3)
    assert (search.name, search.size) == (inner.name, inner.size)
    search.save(tmp_path / "agent.safetensors")
    loaded = registry.load(tmp_path / "agent.safetensors")
    boards = living_boards(20, 3)
    np.testing.assert_array_equal(loaded.values_many(boards), inner.values_many(boards))


def test_decide_searches_once(ntuple_agent, monkeypatch):
    search = SearchAgent(ntuple_agent, 2)
    values_many = search.values_many
    asked = []
    monkeypatch.setattr(
        search, "values_many", lambda boards: asked.append(1) or values_many(boards)
    )
    board = living_boards(1, 4)[0]
    action, values = decide(search, board, np.random.default_rng(0))
    assert action == np.nanargmax(values)
    assert asked == [1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"plies": None}, "a search needs a number of plies, a time per move, or both"),
        ({"plies": 0}, "plies must be 1 to 32, not 0"),
        ({"plies": 33}, "plies must be 1 to 32, not 33"),
        ({"move_time": 0.0}, "move_time must be above 0 and at most 3600.0, not 0.0"),
        ({"move_time": float("nan")}, "move_time must be above 0 and at most 3600.0, not nan"),
        ({"cutoff": 1.0}, "cutoff must be 0 or more and below 1, not 1.0"),
        ({"cutoff": -0.1}, "cutoff must be 0 or more and below 1, not -0.1"),
        ({"table_bytes": -1}, "table_bytes must be 0 or more, not -1"),
        ({"threads": 0}, "threads must be 1 or more, not 0"),
    ],
)
def test_ranges(settings, message):
    with pytest.raises(ValueError, match=message):
        SearchAgent(GreedyAgent(), **settings)


def test_who_values_no_afterstates_cannot_search():
    with pytest.raises(ValueError, match="random cannot look ahead: it does not value afterstates"):
        SearchAgent(RandomAgent(), 2)


# ---------------------------------------------------------------------------------------- games


@pytest.mark.parametrize("plies", [2, 3])
def test_play_makes_the_moves_of_act(ntuple_agent, plies):
    search = SearchAgent(ntuple_agent, plies)
    (played,) = outcomes(search.play(first_keys(6, 1)))
    assert played == play_in_env(search, 6)


def test_play_with_more_fours(ntuple_agent):
    search = SearchAgent(ntuple_agent, 2)
    (played,) = outcomes(search.play(first_keys(6, 1), four_probability=0.5))
    assert played == play_in_env(search, 6, four_probability=0.5)


def test_play_without_compiled_code(toy):
    search = SearchAgent(ToyAgent(toy), 2)
    assert outcomes(search.play(first_keys(1, 2))) == [play_in_env(search, s) for s in (1, 2)]


def test_no_games(inner):
    for plies, move_time in ((1, None), (2, None), (2, 0.01)):
        assert len(SearchAgent(inner, plies, move_time).play(np.zeros(0, np.uint64)).scores) == 0


def test_looking_further_ahead_is_stronger(ntuple_agent):
    scores = [
        evaluate(SearchAgent(ntuple_agent, plies), games, seed=0).mean_score
        for plies, games in ((1, 100), (2, 50), (3, 15))
    ]
    assert scores[1] > 1.3 * scores[0]
    assert scores[2] > 1.7 * scores[0]


def test_greedy_is_stronger_with_search():
    scores = [evaluate(SearchAgent(GreedyAgent(), p), 5, 0).mean_score for p in (1, 2)]
    assert scores[1] > 1.3 * scores[0]


def test_evaluation_says_how_far_it_looked(ntuple_agent):
    for plies, move_time in ((1, None), (2, None), (None, 0.001)):
        search = SearchAgent(ntuple_agent, plies, move_time)
        assert evaluate(search, games=1, seed=0).summary()["search"] == plies


def test_evaluation_is_the_same_for_any_number_of_workers(ntuple_agent):
    search = SearchAgent(ntuple_agent, 3, cutoff=0.01)
    results = [evaluate(search, 5, 3, workers).games for workers in (1, 3)]
    assert outcomes(results[0]) == outcomes(results[1])


def test_games_are_spread_over_workers_one_by_one(ntuple_agent):
    reports = []
    evaluate(SearchAgent(ntuple_agent, 2), games=3, workers=2, report=reports.append)
    assert reports == [1, 2, 3]


def test_an_interrupted_evaluation_leaves_games_unfinished(ntuple_agent, monkeypatch):
    search = SearchAgent(ntuple_agent, 2)
    games = []
    play = search.play

    def keep(keys, rng=None, four_probability=0.1):
        games.append(play(keys, rng, four_probability))
        return games[-1]

    monkeypatch.setattr(search, "play", keep)

    def interrupt(played):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(search, games=1000, workers=1, report=interrupt)
    assert len(games) < 10  # without having played all that were to come
    assert not search.halted
    search.halted = True
    halted: Games = play(first_keys(0, 1))
    assert halted.moves[0] == 0


# ----------------------------------------------------------------------------------------- time


@pytest.mark.parametrize("threads", [1, 4])
def test_time_is_kept_and_used(ntuple_agent, threads):
    search = SearchAgent(ntuple_agent, None, 0.3, threads=threads)
    board = np.array([[0, 1, 0, 0], [0, 3, 0, 2], [0, 0, 4, 0], [1, 0, 0, 5]], np.uint8)
    SearchAgent(ntuple_agent, 3).values(board)  # compiles
    start = time.perf_counter()
    values = search.values(board)
    assert (
        0.3 <= time.perf_counter() - start < 5
    )  # the machine may be busy, but 6 plies take longer
    for plies in (1, 2):  # three take a few milliseconds
        assert not np.array_equal(values, SearchAgent(ntuple_agent, plies).values(board))


def test_plies_end_a_search_before_its_time(inner):
    board = np.zeros((4, 4), np.uint8)
    board[0, :2] = 1, 2
    search = SearchAgent(inner, 2, 60.0)
    start = time.perf_counter()
    np.testing.assert_array_equal(search.values(board), SearchAgent(inner, 2).values(board))
    assert time.perf_counter() - start < 30


def test_the_only_move_takes_no_time(inner):
    search = SearchAgent(inner, None, 60.0)
    start = time.perf_counter()
    assert search.act(ONE_MOVE) == 2
    assert time.perf_counter() - start < 30


def test_without_compiled_code_time_is_kept_too(toy):
    search = SearchAgent(ToyAgent(toy), None, 0.05)
    board = np.zeros((4, 4), np.uint8)
    board[0, :2] = 1, 2
    start = time.perf_counter()
    assert not np.isnan(search.values(board)).all()
    assert 0.05 <= time.perf_counter() - start < 5


def test_games_that_depend_on_time_are_recorded_as_they_are_played(ntuple_agent, monkeypatch):
    assert SearchAgent(ntuple_agent, 2).deterministic
    search = SearchAgent(ntuple_agent, 1, 0.01)
    assert not search.deterministic
    monkeypatch.setattr("agents.recording.evaluate", None)  # afterwards it would play another game
    assert record_best(search, 0, 2).ended == "dead"


def test_a_recorded_game_has_the_values_of_the_search(ntuple_agent):
    search = SearchAgent(ntuple_agent, 2)
    replay = record_game(search, 3)
    (played,) = outcomes(search.play(first_keys(3, 1)))
    assert (replay.score, len(replay.moves)) == (played.score, played.moves)
    assert isinstance(search.agent, NTupleAgent)
