"""`quickstart`: the whole road, with a small network."""

from dataclasses import dataclass

import pytest

from agents.ntuple.config import NTupleConfig
from agents.registry import load
from env2048.replay import read_replay, verify

FILES = {
    "best.json", "checkpoint.safetensors", "config.json", "evaluation.png", "learning.png",
    "metrics.jsonl",
}  # fmt: skip


@dataclass(frozen=True)
class SmallConfig(NTupleConfig):
    """One whose network is small unless it is told otherwise."""

    network: str = "0123,4567"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Instead of 4x6, which takes 0.8 GB."""
    monkeypatch.setattr("agents.cli.games.NTupleConfig", SmallConfig)


def test_the_whole_road(run, folder):
    result = run("quickstart", "--games", 300, "--eval-games", 50, "--seed", 1, "--threads", 1)
    assert result.code == 0
    path = folder / "runs" / "quickstart-1"
    assert {file.name for file in path.iterdir()} == FILES
    assert "runs/quickstart-1: 50 games, seed 1" in result.out
    assert "scratch2048 watch runs/quickstart-1\n" in result.out
    assert "scratch2048 train --resume runs/quickstart-1 --games 1500\n" in result.out
    assert "learns from 300 games" in result.err
    # At the end the best game is shown, here to nobody.
    replay = read_replay(path / "best.json")
    assert verify(replay).key_reproduces
    shown = f"seed {replay.seed}: {len(replay.moves)} moves, score {replay.score}, max tile"
    assert result.out.splitlines()[-1].startswith(shown)
    assert f"best {replay.score:,}\n" in result.out
    for name in ("evaluation.png", "learning.png"):
        assert (path / name).read_bytes().startswith(b"\x89PNG")


def test_what_it_says_to_try_next_works(run, folder):
    run("quickstart", "--games", 100, "--eval-games", 5, "--out", "q", "--no-window")
    assert load("q").name == "q"
    assert run("replay", "gif", "q/best.json", "-o", "best.gif").code == 0
    assert run("train", "--resume", "q", "--games", 500, "--json").json["games"] == 500


def test_few_games_have_no_learning_curve(run, folder):
    result = run("quickstart", "--games", 20, "--eval-games", 5, "--out", "q", "--no-window")
    assert result.code == 0
    names = {file.name for file in (folder / "q").iterdir()}
    assert names == FILES - {"learning.png", "metrics.jsonl"}
    assert all(name in result.out for name in names)
    assert "learning.png" not in result.out


def test_without_a_display(run, no_display):
    result = run("quickstart", "--games", 20, "--eval-games", 5, "--seed", 1)
    assert result.code == 0
    assert result.err.endswith("no display here, so no window\n")


def test_without_a_seed_it_says_which_it_chose(run):
    result = run("quickstart", "--games", 20, "--eval-games", 5, "--no-window")
    seed = result.err.split("\n")[0]
    assert seed.startswith("seed ")
    assert f"5 games, {seed}\n" in result.out


def test_out_must_be_free(run, folder):
    (folder / "full").mkdir()
    (folder / "full" / "file").write_text("x")
    result = run("quickstart", "--out", "full")
    assert result.code == 1
    assert result.error == "full: exists already; choose another name, or remove it first"
