"""`evaluate`: games of known seeds, the same for any number of workers, and what came of them."""

import json
import threading

import numpy as np
import pytest
from playing import outcomes, play_in_env

import agents
from agents import evaluation
from agents.base import Games
from agents.evaluation import BATCH, Evaluation, evaluate
from agents.greedy import GreedyAgent
from agents.random import RandomAgent
from env2048 import Game2048Env

FIELDS = {
    "agent", "games", "seed", "search", "mean_score", "ci95", "max_score", "tile_rates", "moves",
    "seconds", "moves_per_second",
}  # fmt: skip
TILES = [str(2**exponent) for exponent in range(1, 18)]


@pytest.fixture(params=["greedy", "ntuple"])
def calculating_agent(request, ntuple_agent):
    """The agents that leave nothing to chance."""
    return GreedyAgent() if request.param == "greedy" else ntuple_agent


def test_is_public():
    assert agents.evaluate is evaluate
    assert agents.Evaluation is Evaluation


# ------------------------------------------------------------------------------------- games


def test_game_i_is_that_of_an_environment_reset_with_seed_plus_i(calculating_agent):
    games = evaluate(calculating_agent, games=BATCH + 1, seed=17).games
    played = outcomes(games)
    for i in (0, 1, BATCH - 1, BATCH):  # in the first batch and in the second
        assert played[i] == play_in_env(calculating_agent, 17 + i)


def test_the_keys_are_the_environments(agent):
    keys = evaluate(agent, games=30, seed=5).games.keys
    env = Game2048Env()
    for i, key in enumerate(keys):
        env.reset(seed=5 + i)
        assert env.key == key


def test_what_is_random_in_a_game_comes_from_the_seed():
    game = evaluate(RandomAgent(), games=1, seed=6).games
    assert outcomes(game) == [play_in_env(RandomAgent(), 6, np.random.default_rng([6, 0]))]


def test_a_later_seed_is_a_later_game(calculating_agent):
    first = outcomes(evaluate(calculating_agent, games=20, seed=0).games)
    later = outcomes(evaluate(calculating_agent, games=10, seed=10).games)
    assert first[10:] == later


def test_the_number_of_workers_changes_nothing(agent, monkeypatch):
    monkeypatch.setattr(evaluation, "BATCH", 10)  # several batches, the last one not full
    results = [evaluate(agent, 35, 3, workers) for workers in (1, 2, 5, None)]
    assert len({tuple(outcomes(result.games)) for result in results}) == 1
    summaries = [result.summary() for result in results]
    for summary in summaries:
        del summary["seconds"], summary["moves_per_second"]
    assert summaries[0] == summaries[1] == summaries[2] == summaries[3]


def test_another_seed_is_another_result(agent):
    assert outcomes(evaluate(agent, 5, 0).games) != outcomes(evaluate(agent, 5, 100).games)


def test_batches_are_played_at_the_same_time():
    """Two workers meet inside `play`: with one after the other nobody would come."""
    meeting = threading.Barrier(2, timeout=20)

    class Sociable(RandomAgent):
        def play(self, keys, rng=None, four_probability=0.1):
            if len(keys):
                meeting.wait()
            return super().play(keys, rng, four_probability)

    evaluate(Sociable(), games=BATCH + 1, workers=2)
    assert not meeting.broken


def test_progress_is_reported(agent, monkeypatch):
    monkeypatch.setattr(evaluation, "BATCH", 10)
    reports: list[int] = []
    evaluate(agent, games=21, workers=2, report=reports.append)
    assert reports == [10, 20, 21]


def test_an_error_in_an_agent_comes_through():
    class Broken(RandomAgent):
        def play(self, keys, rng=None, four_probability=0.1):
            if len(keys):
                raise MemoryError("too many")
            return Games.empty(keys)

    with pytest.raises(MemoryError, match="too many"):
        evaluate(Broken(), games=3 * BATCH, workers=2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"games": 0}, "games must be 1 or more, not 0"),
        ({"games": -5}, "games must be 1 or more, not -5"),
        ({"seed": -1}, "seed must be 0 or more, not -1"),
        ({"workers": 0}, "workers must be 1 or more, not 0"),
        ({"workers": -2}, "workers must be 1 or more, not -2"),
    ],
)
def test_ranges(settings, message):
    with pytest.raises(ValueError, match=message):
        evaluate(GreedyAgent(), **settings)


# ----------------------------------------------------------------------------------- results


def test_summary_has_the_fields_of_eval_json(agent):
    result = evaluate(agent, games=12, seed=4)
    summary = result.summary()
    assert set(summary) == FIELDS
    assert json.loads(json.dumps(summary)) == summary  # plain numbers
    assert list(summary["tile_rates"]) == TILES
    types = {name: type(value) for name, value in summary.items()}
    for name in ("games", "seed", "search", "max_score", "moves"):
        assert types[name] is int, name
    for name in ("mean_score", "seconds", "moves_per_second"):
        assert types[name] is float, name
    assert types["ci95"] is list
    assert (summary["agent"], summary["games"], summary["seed"]) == (agent.name, 12, 4)
    assert summary["search"] == 1  # one layer of our moves: greedy


def test_summary_is_that_of_the_games(agent):
    result = evaluate(agent, games=30, seed=4)
    games, summary = result.games, result.summary()
    assert summary["mean_score"] == pytest.approx(games.scores.mean())
    assert summary["max_score"] == games.scores.max() == games.scores[result.best_game]
    assert summary["moves"] == games.moves.sum()
    assert summary["moves_per_second"] == pytest.approx(summary["moves"] / summary["seconds"])
    assert summary["seconds"] > 0
    low, high = summary["ci95"]
    assert low < summary["mean_score"] < high
    assert low + high == pytest.approx(2 * summary["mean_score"])
    for exponent, tile in enumerate(TILES, start=1):
        assert summary["tile_rates"][tile] == (games.largest >= exponent).mean()


def test_summary_of_a_single_game():
    summary = evaluate(GreedyAgent(), games=1, seed=0).summary()
    assert summary["ci95"] == [summary["mean_score"]] * 2
    assert set(summary["tile_rates"].values()) == {0.0, 1.0}
    assert list(summary["tile_rates"]) == TILES


def test_the_largest_tiles_are_counted():
    keys = np.arange(4, dtype=np.uint64)
    largest = np.array([17, 16, 15, 1])
    scores, moves = np.array([4_000_000, 2, 3, 0]), np.array([9, 9, 9, 9])
    games = Games(keys, scores, largest, moves, again=0 * moves)
    summary = Evaluation("some", 0, 1, games, 2.0).summary()
    assert summary["tile_rates"]["131072"] == 0.25
    assert summary["tile_rates"]["65536"] == 0.5
    assert summary["tile_rates"]["32768"] == summary["tile_rates"]["4"] == 0.75
    assert summary["tile_rates"]["2"] == 1.0
    assert (summary["max_score"], summary["moves_per_second"]) == (4_000_000, 18.0)
