"""`plot`: which pictures of which runs it draws, and where."""

import json
import shutil

import pytest

from agents.training.runs import RunFolder

PNG = b"\x89PNG"


@pytest.fixture
def copy(folder, trained):
    """The run folder `run`, which may be written to."""
    shutil.copytree(trained, folder / "run")
    return folder / "run"


@pytest.fixture
def make_net(folder):
    """A function: name, seed -> a network's run of three epochs."""

    def make(name, seed=1):
        run = RunFolder.create(folder / name, "mlp", {"hidden": [8], "seed": seed})
        rows = [{"epoch": n, "loss": 1 / n} for n in (1, 2, 3)]
        run.metrics_path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    return make


def test_one_run(run, copy):
    result = run("plot", "run")
    assert result.code == 0
    pictures = ["run/learning.png", "run/scores.png", "run/network.png"]
    assert result.out.splitlines() == pictures
    assert "it plays a few games" in result.err
    for name in pictures:
        assert (copy.parent / name).read_bytes().startswith(PNG)
    assert run("plot", "run", "--quiet") == (0, result.out, "")  # over those of before


def test_one_picture(run, folder, copy):
    assert run("plot", "run", "--picture", "scores").out == "run/scores.png\n"
    assert run("plot", "run", "-o", "curve.svg").out == "curve.svg\n"
    assert (folder / "curve.svg").read_bytes().startswith(b"<?xml")
    assert run("plot", "run", "--picture", "network", "--out", "net.pdf").out == "net.pdf\n"
    assert (folder / "net.pdf").read_bytes().startswith(b"%PDF")
    pictures = {path.name for path in copy.iterdir()}
    assert pictures == {"checkpoint.safetensors", "config.json", "metrics.jsonl", "scores.png"}


def test_several_runs(run, folder, copy, trained):
    result = run("plot", "run", trained)
    assert (result.code, result.out) == (0, "comparison.png\n")
    assert (folder / "comparison.png").read_bytes().startswith(PNG)
    again = run("plot", "run", trained)
    assert again.code == 1
    assert again.error.startswith("comparison.png: exists already")
    assert run("plot", "run", trained, "-o", "other.png").out == "other.png\n"


def test_a_run_that_has_not_saved_yet(run, copy):
    (copy / "checkpoint.safetensors").unlink()
    result = run("plot", "run")
    assert result.out.splitlines() == ["run/learning.png", "run/scores.png"]
    assert "run: no picture of its network, which is not saved yet\n" in result.err
    result = run("plot", "run", "--picture", "network")
    assert result.code == 1
    assert result.error == "run: holds no agent yet (it has no checkpoint.safetensors)"


def test_networks(run, folder, make_net):
    make_net("a")
    make_net("b", seed=2)
    assert run("plot", "a").out == "a/learning.png\n"
    assert run("plot", "a", "b").out == "comparison.png\n"
    result = run("plot", "a", "--picture", "scores")
    assert result.code == 2
    assert result.error == "--picture scores is of a player's run; this is mlp's"


def test_players_and_networks_do_not_mix(run, copy, make_net):
    make_net("net")
    result = run("plot", "run", "net")
    assert result.code == 2
    assert "do not go into one picture" in result.error


def test_too_many_lines(run, folder, trained):
    for n in range(9):
        shutil.copytree(trained, folder / str(n))
        config = json.loads((trained / "config.json").read_text())
        config["config"]["alpha"] = (n + 1) / 10
        (folder / str(n) / "config.json").write_text(json.dumps(config))
    result = run("plot", *range(9))
    assert result.code == 2
    assert result.error.startswith("these are 9 lines, and no more than 8 can be told apart")
    assert run("plot", *range(8)).code == 0


def test_failures_are_one_line(run, folder, copy):
    (folder / "empty").mkdir()
    RunFolder.create(folder / "new", "ntuple", {})
    for path, words in (
        ("nowhere", "nowhere: not a run folder (it has no config.json)"),
        ("empty", "empty: not a run folder (it has no config.json)"),
        ("new", "new: nothing to plot yet (a run has metrics after its first 100 games)"),
    ):
        for runs in ([path], ["run", path]):
            result = run("plot", *runs)
            assert (result.code, result.error) == (1, words)
    (folder / "old.png").write_text("picture")
    result = run("plot", "run", "-o", "old.png")
    assert result.code == 1
    assert result.error.startswith("old.png: exists already")
    assert not list(folder.glob("comparison.png"))


def test_a_run_without_large_tiles(run, copy, monkeypatch):
    monkeypatch.setattr("agents.plots.probing.LEAST", 10**9)
    result = run("plot", "run", "--picture", "network", "--quiet")
    assert result.code == 1
    assert result.error == "run: no picture of its network: it has no large tiles yet"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "which runs? scratch2048 plot RUN..."),
        ("a --picture all", "--picture must be learning, network or scores, not 'all'"),
        ("a b --picture network", "--picture network is of one run, not of 2"),
        ("a -o a.jpg", "a.jpg: a plot is a .png, .svg, .pdf file"),
    ],
)
def test_arguments_that_mean_nothing(run, folder, line, words):
    result = run("plot", *line.split())
    assert result.code == 2
    assert result.error.startswith(words)
    assert not list(folder.iterdir())
