"""`compare`: several agents on the same games, alone and with search, in a table."""

import sys
from dataclasses import asdict

import numpy as np
import pytest

from agents.base import Games
from agents.cli.main import main
from agents.cli.show import brief_training, comparison
from agents.evaluation import Evaluation, evaluate
from agents.registry import NAMES, load
from agents.search.agent import SearchAgent
from agents.training.checkpoints import Training, read_checkpoint

TIMED = ("seconds", "moves_per_second")


def untimed(summary):
    return {name: value for name, value in summary.items() if name not in TIMED}


@pytest.fixture(scope="session")
def policy_run(tmp_path_factory):
    """A run folder, to be read only: a few rounds of a tiny policy."""
    path = tmp_path_factory.mktemp("policies") / "tiny"
    options = "--environments 8 --rollout 16 --batch 64 --width 2 --hidden 4 --seed 1"
    arguments = ["policy", *options.split(), "--steps", "2048", "--quiet", "--out", str(path)]
    assert main(["train", *arguments]) == 0
    return path


def test_json(run, trained):
    result = run(
        "compare", "random", trained, "--games", 6, "--seed", 4, "--search", 2,
        "--search-games", 2, "--workers", 1, "--json",
    )  # fmt: skip
    assert result.code == 0
    assert result.json["seed"] == 4
    agent = load(trained)
    expected = [
        evaluate(load("random"), 6, 4),
        evaluate(agent, 6, 4),
        evaluate(SearchAgent(agent, 2), 2, 4),
    ]
    found = result.json["results"]
    trainings = [row.pop("training") for row in found]
    assert [untimed(row) for row in found] == [untimed(played.summary()) for played in expected]
    assert [(row["games"], row["search"]) for row in found] == [(6, 1), (6, 1), (2, 2)]
    _, metadata = read_checkpoint(trained / "checkpoint.safetensors")
    said = {name: metadata[name] for name in ("games", "moves", "seconds")}
    assert said["games"] == 300
    assert trainings == [None, said, said]
    assert "random cannot look ahead: it does not value afterstates\n" in result.err
    assert f"{trained} plays, 2 plies" in result.err


def test_without_names_all_that_have_one_play(run):
    """A search that is greedy adds no rows."""
    result = run("compare", "--games", 1, "--seed", 1, "--search", 1, "--json")
    assert [row["agent"] for row in result.json["results"]] == list(NAMES)


def test_a_policy_counts_the_moves_of_games_under_way(run, policy_run):
    found = run("compare", policy_run, "--games", 2, "--seed", 1, "--json").json["results"]
    _, metadata = read_checkpoint(policy_run / "checkpoint.safetensors")
    assert found[0]["training"]["moves"] == metadata["steps"] == 2048
    assert metadata["moves"] < 2048


def test_what_people_see(run, trained):
    """Nothing is cut off, however narrow the terminal."""
    result = run("compare", "greedy", trained, "--games", 5, "--seed", 4)
    header, *rows = result.out.splitlines()
    assert header.split()[:5] == ["agent", "plies", "games", "mean", "score"]
    assert header.rstrip().endswith("trained on")
    for row, name in zip(rows, ["greedy", str(trained)], strict=True):
        played = evaluate(load(name), 5, 4)
        low, high = played.ci95
        start = [name, "1", "5", f"{played.mean_score:,.0f}", f"{low:,.0f}", "to", f"{high:,.0f}"]
        assert row.split()[:7] == start
    assert "300 games" in rows[1]


def test_markdown(run):
    result = run("compare", "random", "greedy", "--games", 5, "--seed", 4, "--markdown", "--quiet")
    assert result.err == ""
    lines = result.out.splitlines()
    assert lines[0] == (
        "| agent | plies | games | mean score | 95% interval "
        "| 2048 | 4096 | 8192 | 16384 | moves/s |"
    )
    assert lines[1] == "|" + " --- |" * 10
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| random", "| greedy"]
    assert {line.count("|") for line in lines} == {11}


def test_what_was_played_survives_an_interruption(run, monkeypatch):
    def interrupted(agent, games, *others):
        if agent.name == "greedy":
            raise KeyboardInterrupt
        return evaluate(agent, games, *others)

    monkeypatch.setattr("agents.evaluation.evaluate", interrupted)
    result = run("compare", "random", "greedy", "--games", 3, "--seed", 1, "--json")
    assert result.code == 130
    assert [row["agent"] for row in result.json["results"]] == ["random"]


def test_names_are_not_markup(run, folder, trained):
    (folder / "[red]|run").symlink_to(trained)
    arguments = ["compare", "[red]|run", "--games", 2, "--seed", 1]
    assert "[red]|run  " in run(*arguments).out
    assert "| [red]\\|run |" in run(*arguments, "--markdown").out


def test_the_rows():
    largest = np.array([11, 12, 13, 15])
    scores = np.array([1000, 2000, 3000, 4000])
    games = Games(np.zeros(4, np.uint64), scores, largest, largest * 10, again=0 * largest)
    played = Evaluation("player", 1, 2, games, 0.5)
    row = ["player", "2", "4", "2,500", "1,235 to 3,765"]
    row += ["100.0%", "75.0%", "50.0%", "25.0%", "1,020"]
    assert comparison([(played, None)])[1:] == [row]
    other = (played, Training(10, 5000, 90.0))
    header, *rows = comparison([(played, None), other])
    assert header[-1] == "trained on"
    assert rows == [[*row, ""], [*row, "10 games, 5,000 moves, 1.5 min"]]


def test_training_in_a_line():
    assert (
        brief_training(Training(10_000, 27_400_000, 234)) == "10,000 games, 27.4 M moves, 3.9 min"
    )
    assert brief_training(Training(moves=20_480)) == "20,480 moves"


def test_what_files_say_of_the_training():
    assert Training.of({"agent": "greedy"}) is None
    assert Training.of({"games": "many", "moves": True, "seconds": -1}) is None
    assert Training.of({"games": 3, "moves": 5, "steps": 7}) == Training(3, 7, None)
    assert asdict(Training.of({"seconds": 1.5})) == {"games": None, "moves": None, "seconds": 1.5}


WRONG = [
    ("--games 0", 2, "--games must be 1 to 10000000, not 0"),
    ("--seed -1", 2, "--seed must be 0 or more, not -1"),
    ("--workers 0", 2, "--workers must be 1 or more, not 0"),
    ("--search 0", 2, "--search must be 1 to 32 (1: greedy), not 0"),
    ("--search-games 5", 2, "--search-games goes with --search"),
    ("--games 5 --search 2 --search-games 6", 2, "--search-games must be 1 to 5 (--games), not 6"),
    ("--games 5 --search 2 --search-games 0", 2, "--search-games must be 1 to 5 (--games), not 0"),
    ("--json --markdown", 2, "--markdown does not go with --json"),
    ("random nobody", 2, "unknown agent 'nobody'"),
    ("random no/run", 1, "no/run: no such file or run folder"),
    ("model.zip", 1, "model.zip: no such file or run folder"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG, ids=[wrong[0] for wrong in WRONG])
def test_failures_are_one_line(run, arguments, code, words):
    """And come before any game is played."""
    result = run("compare", *arguments.split())
    assert result.code == code
    assert words in result.error


def test_a_model_without_the_extra(run, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "sb3_contrib", None)
    (folder / "model.zip").write_bytes(b"PK")
    result = run("compare", "random", "model.zip")
    assert result.code == 2
    assert result.error == (
        "model.zip: a model of Stable-Baselines3 needs the extra sb3: "
        "pip install 'scratch2048[sb3]'"
    )
