"""`train`: the run folder, what is printed, going on."""

import json
import shutil

import numpy as np
import pytest

from agents.training.history import read_rows
from agents.training.runs import RunFolder
from networks.checkpoint import read_tensors

SMALL = ("train", "ntuple", "--network", "0123,4567")
TILES = [str(2**exponent) for exponent in range(1, 18)]
FIELDS = [
    "run", "network", "algorithm", "games", "seed", "moves", "seconds", "moves_per_second",
    "mean_score", "tile_rates",
]  # fmt: skip


@pytest.fixture
def copy(trained, folder):
    """A run of 300 games to go on with."""
    return shutil.copytree(trained, folder / "run")


def learned(run):
    """All that is learned in a run, without the time that it took."""
    tensors, metadata = read_tensors(run / "checkpoint.safetensors")
    return tensors, {name: metadata[name] for name in ("games", "moves")}


def assert_same_learned(first, second):
    (tensors, numbers), (others, other_numbers) = learned(first), learned(second)
    assert numbers == other_numbers
    assert tensors.keys() == others.keys()
    for name in tensors:
        np.testing.assert_array_equal(tensors[name], others[name])


def test_json(run):
    result = run(*SMALL, "--games", 250, "--seed", 5, "--algorithm", "td0", "--json")
    assert result.code == 0
    found = result.json
    assert list(found) == FIELDS
    assert (found["run"], found["network"], found["algorithm"]) == (
        "runs/ntuple-1", "0123,4567", "td0",
    )  # fmt: skip
    assert (found["games"], found["seed"]) == (250, 5)
    assert found["moves"] / found["seconds"] == pytest.approx(found["moves_per_second"])
    assert list(found["tile_rates"]) == TILES
    assert found["tile_rates"]["2"] == 1.0
    assert found["tile_rates"]["131072"] == 0.0


def test_rates_are_over_the_last_thousand_games(run, folder):
    found = run(*SMALL, "--games", 1300, "--seed", 5, "--out", "run", "--json").json
    rows = read_rows(folder / "run" / "metrics.jsonl")
    assert [row["games"] for row in rows] == list(range(100, 1400, 100))
    last = rows[-10:]
    assert found["mean_score"] == pytest.approx(np.mean([row["mean_score"] for row in last]))
    for tile in TILES:
        rates = [row["tile_rates"][tile] for row in last]
        assert found["tile_rates"][tile] == pytest.approx(np.mean(rates))


def test_what_people_see(run, folder):
    result = run(*SMALL, "--games", 200, "--seed", 5)
    assert result.code == 0
    assert "last 200 of 200 games, seed 5: mean score " in result.out
    assert result.out.endswith("run: runs/ntuple-1\n")
    assert "takes 2.4 MB of memory and at most that much disk in runs/ntuple-1" in result.err
    assert "200/200 games" in result.err
    assert "M moves/s  mean " in result.err
    config = json.loads((folder / "runs/ntuple-1/config.json").read_text())
    assert config["kind"] == "ntuple"
    assert (config["config"]["games"], config["config"]["seed"]) == (200, 5)


def test_a_run_without_a_seed_says_which_it_chose(run, folder):
    result = run(*SMALL, "--games", 10, "--out", "a", "--json")
    seed = result.json["seed"]
    assert f"seed {seed}\n" in result.err
    quiet = run(*SMALL, "--games", 10, "--out", "b", "--quiet")
    assert quiet.err == ""
    chosen = json.loads((folder / "b/config.json").read_text())["config"]["seed"]
    assert f"seed {chosen}:" in quiet.out
    assert chosen != seed
    run(*SMALL, "--games", 10, "--out", "c", "--seed", seed)
    assert_same_learned(folder / "a", folder / "c")


def test_runs_are_numbered(run, folder):
    assert run(*SMALL, "--games", 1, "--json").json["run"] == "runs/ntuple-1"
    assert run(*SMALL, "--games", 1, "--json").json["run"] == "runs/ntuple-2"


def test_resume_goes_on_to_the_new_total(run, copy, folder):
    whole = run(*SMALL, "--games", 450, "--seed", 1, "--out", "whole", "--json").json
    found = run("train", "--resume", copy, "--games", 450, "--json").json
    assert (found["games"], found["moves"]) == (450, whole["moves"])
    assert found["mean_score"] == whole["mean_score"]
    assert_same_learned(copy, folder / "whole")
    assert (copy / "metrics.jsonl").read_bytes() == (folder / "whole/metrics.jsonl").read_bytes()
    sessions = json.loads((copy / "config.json").read_text())["sessions"]
    assert len(sessions) == 2


def test_resume_with_the_whole_command_again(run, copy):
    arguments = (*SMALL, "--seed", 1, "--games", 310, "--resume", copy, "--json")
    assert run(*arguments).json["games"] == 310


def test_resume_with_several_tiles_again(run):
    arguments = (*SMALL, "--split", 64, 512, "--seed", 1)
    assert run(*arguments, "--games", 20, "--out", "split", "--json").json["games"] == 20
    assert run(*arguments, "--games", 30, "--resume", "split", "--json").json["games"] == 30
    result = run("train", "--resume", "split", "--split", 64)
    assert result.error == "--split cannot change when a run goes on: it is 64 512"


RECIPE = """
network = "0123,4567"
seed = 9
[[stages]]
games = 30
downgrade = 64
[[stages]]
games = 20
split = [64, 96]
carousel = 64
anneal = 1.0
"""


def test_a_recipe(run, folder):
    (folder / "mine.toml").write_text(RECIPE)
    command = ("train", "ntuple", "--recipe", "mine.toml", "--out")
    assert run(*command, "a", "--json").json["games"] == 50
    config = json.loads((folder / "a/config.json").read_text())["config"]
    assert (config["network"], config["games"], config["seed"]) == ("0123,4567", 50, 9)
    assert [stage["split"] for stage in config["stages"]] == [[], [64, 96]]
    assert run(*command, "b", "--seed", 1, "--threads", 2, "--json").json["seed"] == 1
    config = json.loads((folder / "b/config.json").read_text())["config"]
    assert (config["seed"], config["threads"]) == (1, 2)
    assert run("eval", "a", "--games", 2, "--json").json["games"] == 2
    result = run("train", "ntuple", "--recipe", "mine.toml", "--resume", "a")
    assert result.error == "--recipe does not go with --resume: a run keeps its own"
    result = run(*command, "c", "--alpha", 0.5)
    assert result.error == "--alpha does not go with --recipe, which has its own"


def test_resume_of_a_run_that_is_done(run, copy):
    result = run("train", "--resume", copy, "--json")
    assert result.json["games"] == 300
    assert "all 300 games are played: for more, give --games, the new total" in result.err


REFUSED = [
    ("--games 200", "--games is the new total: 300 of them are played already"),
    ("--seed 2", "--seed cannot change when a run goes on: it is 1"),
    ("--network 4x6", "--network cannot change when a run goes on: it is 0123,4567"),
    ("--algorithm td0", "--algorithm cannot change when a run goes on: it is tc"),
    ("--alpha 0.5", "--alpha cannot change when a run goes on"),
    ("--split 64 512", "--split cannot change when a run goes on: it is None"),
    ("--threads 0", "--threads must be a whole number, 1 or more, not 0"),
]


@pytest.mark.parametrize(("line", "words"), REFUSED)
def test_resume_refuses_another_run(run, copy, line, words):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    result = run("train", "--resume", copy, *line.split())
    assert result.code == 2
    assert words in result.error
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_resume_of_a_run_that_is_being_trained(run, copy):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    with RunFolder.open(copy).held():
        result = run("train", "--resume", copy, "--games", "400")
    assert result.code == 1
    assert f"{copy.name}: is being trained already; stop that first" in result.error
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_resume_of_no_run(run, folder):
    (folder / "file").write_text("x")
    for name in ("missing", "file", "."):
        result = run("train", "--resume", name)
        assert result.code == 1
        assert result.error == f"{name}: not a run folder (it has no config.json)"


DAMAGED = [
    ("config.json", "{", "config.json: cannot be read"),
    ("config.json", "[]", "config.json: does not describe a run"),
    ("config.json", '{"kind": "ntuple", "config": {"games": "x"}, "sessions": []}', "--games must"),
    (
        "config.json",
        '{"kind": "ntuple", "config": {"gams": 1}, "sessions": []}',
        "not the settings",
    ),
    ("config.json", '{"kind": "ntuple", "config": {"network": 5}, "sessions": []}', "not the set"),
    ("config.json", '{"kind": "dqn", "config": {}, "sessions": []}', "an unknown agent, 'dqn'"),
    ("checkpoint.safetensors", "x", "checkpoint.safetensors: not a checkpoint of this program"),
]


@pytest.mark.parametrize(("file", "content", "words"), DAMAGED)
def test_resume_of_a_damaged_run(run, copy, file, content, words):
    (copy / file).write_text(content)
    result = run("train", "--resume", copy, "--games", 400)
    assert result.code == 1
    assert words in result.error
    assert file in result.error


def test_out_must_be_free(run, folder):
    (folder / "full").mkdir()
    (folder / "full" / "file").write_text("x")
    for name in ("full", "full/file"):
        result = run(*SMALL, "--out", name)
        assert result.code == 1
        assert result.error == f"{name}: exists already; choose another name, or remove it first"
    result = run(*SMALL, "--out", "full/file/run")
    assert result.code == 1
    assert "full/file is not a folder" in result.error
    (folder / "empty").mkdir()
    assert run(*SMALL, "--games", 1, "--out", "empty").code == 0


def test_out_must_be_writable(run, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    result = run(*SMALL, "--out", "run")
    assert result.code == 1
    assert result.error.startswith("run: cannot be made: no permission for the folder ")


def test_too_little_memory_is_said_before_anything_is_written(run, folder, monkeypatch):
    monkeypatch.setattr("agents.training.resources.free_memory", lambda: 10**6)
    result = run(*SMALL, "--seed", 1)
    assert result.code == 1
    assert result.err.splitlines()[-1] == (
        "scratch2048: this run needs 2.4 MB of memory and 1 MB are free: "
        "choose a smaller network, or close other programs"
    )
    assert not list(folder.iterdir())
