"""`train policy`, `train --resume` and `plot` of its runs, as commands."""

import json

import pytest

import agents
from agents.cli.main import main
from agents.recording import record_game
from agents.training.history import read_rows
from env2048.replay.files import write_replay

SMALL = [
    "train", "policy", "--environments", "32", "--rollout", "8", "--batch", "128", "--width", "4",
    "--hidden", "16", "--seed", "3", "--algorithm", "replay",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_train_resume_and_plot(folder, capsys):
    assert main([*SMALL, "--steps", "15000", "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        "run", "network", "algorithm", "games", "seed", "moves", "steps", "seconds",
        "moves_per_second", "mean_score", "tile_rates",
    ]  # fmt: skip
    assert (found["run"], found["network"], found["algorithm"]) == (
        "runs/policy-1", "4-16", "replay",
    )  # fmt: skip
    assert found["games"] > 80 and found["mean_score"] > 300
    assert main(["train", "--resume", "runs/policy-1", "--steps", "30000", "--quiet"]) == 0
    assert "seed 3: mean score" in capsys.readouterr().out
    for words in (["--steps", "20000"], ["--games", "5"], ["--rate", "0.1"], ["--seed", "4"]):
        assert main(["train", "--resume", "runs/policy-1", *words]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    rows = read_rows(folder / "runs/policy-1/metrics.jsonl")
    assert {"entropy", "kl", "clipped", "explained_variance", "policy_lag", "gradient_norm"} <= set(
        rows[-1]
    )
    assert rows[-1]["steps"] <= 30_208
    assert main(["plot", "runs/policy-1", "--picture", "learning"]) == 0
    assert (folder / "runs/policy-1/learning.png").stat().st_size > 1000


def test_the_kind_of_the_run_decides(folder, capsys):
    assert main([*SMALL, "--steps", "300", "--quiet"]) == 0
    assert main(["train", "ntuple", "--resume", "runs/policy-1", "--games", "5"]) == 1
    assert "config.json: a run of 'policy'" in capsys.readouterr().err
    assert main(["train", "--resume=runs/policy-1", "--steps", "600", "--quiet"]) == 0


def test_replays_are_found_from_any_folder(folder, capsys, monkeypatch):
    (folder / "games").mkdir()
    write_replay(record_game(agents.load("random"), 1), folder / "games" / "a.json")
    short = [*SMALL, "--imitate", "games", "--imitation", "1", "--out", "run", "--quiet"]
    assert main([*short, "--demonstrations", "0.5"]) == 2
    assert "--demonstrations goes with a player: replays show" in capsys.readouterr().err
    assert main([*short, "--steps", "300"]) == 0
    monkeypatch.chdir(folder / "games")
    assert main(["train", "--resume", "../run", "--steps", "600", "--quiet"]) == 0
    assert json.loads((folder / "run/config.json").read_text())["config"]["imitate"] == str(
        folder / "games"
    )
