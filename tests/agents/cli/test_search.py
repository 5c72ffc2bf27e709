"""`--search` and `--move-time`, wherever an agent plays."""

import json

import pytest

from agents.evaluation import evaluate
from agents.greedy import GreedyAgent
from agents.recording import record_game
from agents.registry import load
from agents.search.agent import SearchAgent
from env2048.replay import read_replay

COMMANDS = {
    "eval": ["eval"],
    "watch": ["watch"],
    "record": ["replay", "record", "-o", "game.json"],
}


@pytest.fixture(params=COMMANDS.values(), ids=COMMANDS)
def command(request):
    """The beginning of each command that searches."""
    return request.param


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--search", 0], "--search must be 1 to 32 (1: greedy), not 0"),
        (["--search", 33], "--search must be 1 to 32 (1: greedy), not 33"),
        (["--move-time", 0], "--move-time must be above 0 and at most 3600 seconds, not 0"),
        (["--move-time", "nan"], "--move-time must be above 0 and at most 3600 seconds, not nan"),
        (["--downgrade", 5], "--downgrade must be a tile from 2 to 16384, not 5 (0: none)"),
        (["--missing", 0], "--missing must be a tile from 2 to 16384, not 0"),
        (["--search", 3, "--cutoff", 1], "--cutoff must be 0 or more and below 1, not 1"),
        (["--search", 3, "--cutoff", "nan"], "--cutoff must be 0 or more and below 1, not nan"),
        (
            ["--cutoff", 0.1],
            "--cutoff ends a search early: give --search 2 or more, or --move-time",
        ),
        (["--move-time", 4000], "--move-time must be above 0 and at most 3600 seconds, not 4000"),
    ],
)
def test_out_of_range(run, command, options, words):
    result = run(*command, "greedy", *options)
    assert result.code == 2
    assert result.error == words


def test_an_agent_that_cannot_search(run, command, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    result = run(*command, "random", "--search", 2)
    assert result.code == 2
    assert result.error == (
        "random cannot look ahead: it does not value afterstates; choose another agent, or "
        "--search 1"
    )


def test_eval(run, trained):
    found = run("eval", trained, "--games", 10, "--seed", 4, "--search", 2, "--json").json
    expected = evaluate(SearchAgent(load(trained), 2), 10, 4)
    assert found["search"] == 2
    assert (found["mean_score"], found["moves"]) == (expected.mean_score, expected.moves)
    assert found["agent"] == str(trained)
    greedy = run("eval", trained, "--games", 10, "--seed", 4, "--search", 1, "--json").json
    assert greedy["search"] == 1
    assert greedy["mean_score"] == evaluate(load(trained), 10, 4).mean_score


def test_cutoff(run, trained):
    options = ["--games", 3, "--seed", 4, "--search", 3, "--json"]
    found = run("eval", trained, *options, "--cutoff", 0.1).json
    expected = evaluate(SearchAgent(load(trained), 3, cutoff=0.1), 3, 4)
    assert (found["mean_score"], found["moves"]) == (expected.mean_score, expected.moves)
    whole = run("eval", trained, *options).json
    assert whole["mean_score"] != found["mean_score"]


def test_what_people_see_of_eval(run, trained):
    ahead = run("eval", trained, "--games", 2, "--seed", 4, "--search", 2)
    assert ahead.out.startswith(f"{trained}: 2 games, seed 4, 2 plies\n")
    assert "2/2 games" in ahead.err
    timed = run("eval", "greedy", "--games", 1, "--seed", 4, "--search", 1, "--move-time", 0.01)
    assert timed.out.startswith("greedy: 1 games, seed 4\n")
    timed = run("eval", trained, "--games", 1, "--seed", 4, "--move-time", 0.0005)
    assert timed.out.startswith(f"{trained}: 1 games, seed 4, as many plies as time allowed\n")


def test_record(run, folder, trained):
    options = ["--seed", 5, "--search", 2, "--json"]
    found = run("replay", "record", trained, "-o", "game.json", *options).json
    expected = record_game(SearchAgent(load(trained), 2), 5)
    assert read_replay(folder / "game.json") == expected
    assert found["score"] == expected.score


def test_watch(run, folder, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    result = run("watch", "greedy", "--size", 3, "--seed", 2, "--search", 2, "--record", "g.json")
    assert result.code == 0
    score = json.loads((folder / "g.json").read_text())["score"]
    plain = run("watch", "greedy", "--size", 3, "--seed", 2, "--record", "plain.json")
    assert f"score {score}," in result.out
    assert plain.out != result.out
    assert evaluate(GreedyAgent(), 1, 2).summary()["search"] == 1


def test_downgrading(run, command, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    result = run(*command, "greedy", "--downgrade", 64)
    assert result.code == 2
    assert result.error == "--downgrade is for n-tuple agents, which greedy is not"
    result = run(*command, "greedy", "--missing", 64)
    assert result.error == "--missing is for n-tuple agents, which greedy is not"


def test_eval_downgrades_as_the_player_does_or_as_it_is_told(run, trained, folder):
    load(trained).downgrading(32).save(folder / "limited.safetensors")
    options = ("--games", 50, "--seed", 4, "--json")

    def mean_score(*arguments):
        found = run("eval", *arguments, *options).json
        return found["mean_score"], found["moves"]

    as_it_is, lower = mean_score(trained), mean_score(trained, "--downgrade", 32)
    assert as_it_is != lower
    assert mean_score("limited.safetensors") == lower
    assert mean_score("limited.safetensors", "--downgrade", 0) == as_it_is
    somewhere = mean_score("limited.safetensors", "--missing", 8)
    assert somewhere not in (as_it_is, lower)
    assert mean_score(trained, "--downgrade", 32, "--missing", 8) == somewhere
    result = run("eval", trained, "--missing", 8, *options)
    assert result.error == "--missing says where to downgrade: give --downgrade, too"
