"""`eval`: the numbers, the table, the plot."""

import numpy as np
import pytest

from agents.cli.show import brief_rates
from agents.evaluation import evaluate
from agents.greedy import GreedyAgent
from agents.registry import load

FIELDS = [
    "agent", "games", "seed", "search", "mean_score", "ci95", "max_score", "tile_rates", "moves",
    "seconds", "moves_per_second",
]  # fmt: skip


def test_json(run):
    result = run("eval", "greedy", "--games", 30, "--seed", 4, "--json")
    assert result.code == 0
    found = result.json
    assert list(found) == FIELDS
    expected = evaluate(GreedyAgent(), 30, 4)
    timed = {"seconds", "moves_per_second"}
    assert {name: value for name, value in found.items() if name not in timed} == {
        name: value for name, value in expected.summary().items() if name not in timed
    }
    assert found["moves"] / found["seconds"] == pytest.approx(found["moves_per_second"])
    low, high = found["ci95"]
    assert low < found["mean_score"] < high
    assert list(found["tile_rates"]) == [str(2**exponent) for exponent in range(1, 18)]


def test_the_number_of_workers_changes_nothing(run):
    results = [
        run("eval", "random", "--games", 250, "--seed", 4, "--workers", n, "--json").json
        for n in (1, 3)
    ]
    for result in results:
        del result["seconds"], result["moves_per_second"]
    assert results[0] == results[1]


def test_a_run_folder(run, trained):
    found = run("eval", trained, "--games", 20, "--seed", 4, "--json").json
    assert found["agent"] == str(trained)
    assert found["mean_score"] == evaluate(load(trained), 20, 4).mean_score


def test_what_people_see(run):
    result = run("eval", "greedy", "--games", 40, "--seed", 4)
    assert result.code == 0
    expected = evaluate(GreedyAgent(), 40, 4)
    lines = result.out.splitlines()
    assert lines[0] == "greedy: 40 games, seed 4"
    assert lines[1].startswith(f"mean score {expected.mean_score:,.0f} (95% interval ")
    assert lines[1].endswith(f"best {expected.max_score:,}")
    assert lines[2].split() == ["tile", "games", "reached"]
    rows = [line.split() for line in lines[3:-1]]
    largest = 1 << expected.games.largest
    for tile, games, reached in rows:
        assert int(games) == np.sum(largest == int(tile))
        assert reached == f"{np.mean(largest >= int(tile)):.2%}"
    assert sum(int(games) for _, games, _ in rows) == 40
    assert lines[-1].startswith(f"{expected.moves:,} moves in ")
    assert "greedy plays" in result.err
    assert "40/40 games" in result.err


def test_an_evaluation_without_a_seed_says_which_it_chose(run):
    first = run("eval", "random", "--games", 5, "--json")
    assert f"seed {first.json['seed']}\n" in first.err
    second = run("eval", "random", "--games", 5, "--quiet")
    assert second.err == ""
    assert second.out.startswith("random: 5 games, seed ")
    assert f"seed {first.json['seed']}\n" not in second.out


def test_plot(run, folder):
    result = run("eval", "random", "--games", 20, "--seed", 4, "--plot", "scores.png")
    assert result.code == 0
    assert "plot: scores.png\n" in result.err
    assert (folder / "scores.png").read_bytes().startswith(b"\x89PNG")
    again = run("eval", "random", "--games", 20, "--plot", "scores.png")
    assert again.code == 1
    assert again.error.startswith("scores.png: exists already")
    assert run("eval", "random", "--plot", "no/scores.png").error == (
        "no/scores.png: cannot be written: there is no folder no"
    )


def test_names_are_not_markup(run, folder, trained):
    (folder / "[red]run").symlink_to(trained)
    result = run("eval", "[red]run", "--games", 5, "--seed", 1)
    assert result.out.startswith("[red]run: 5 games")
    assert "[red]run plays" in result.err


FAILURES = [
    ("no/run", "no/run: no such file or run folder"),
    ("run.safetensors", "run.safetensors: no such file or run folder"),
    ("empty", "empty: holds no agent yet (it has no checkpoint.safetensors)"),
    ("text", "text: not a checkpoint of this program"),
    ("nothing", "nothing: not a checkpoint of this program"),
    ("x" * 5000, "File name too long"),
]


@pytest.mark.parametrize(("name", "words"), FAILURES, ids=[name[:20] for name, _ in FAILURES])
def test_failures_are_one_line(run, folder, name, words):
    (folder / "empty").mkdir()
    (folder / "text").write_text("x" * 1000)
    (folder / "nothing").touch()
    result = run("eval", name)
    assert result.code == 1
    assert words in result.error


def test_brief_rates():
    rates = dict.fromkeys(["2048", "4096", "8192", "16384", "32768"], 0.0)
    assert brief_rates(rates) == "2048 0.0%"
    assert brief_rates(rates | {"2048": 0.841, "4096": 0.359}) == "2048 84.1%  4096 35.9%"
    everything = dict.fromkeys(rates, 0.5)
    assert brief_rates(everything) == "8192 50.0%  16384 50.0%  32768 50.0%"
