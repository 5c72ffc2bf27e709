"""`watch`: with a display that nobody sees, with none, and for files."""

import pytest
from PIL import Image
from scripted import Script

from agents.evaluation import evaluate
from agents.greedy import GreedyAgent
from agents.recording import record_game
from env2048.replay import read_replay


def test_under_a_dummy_driver_one_game_is_played_at_once(run):
    result = run("watch", "greedy", "--seed", 3)
    replay = record_game(GreedyAgent(), 3)
    assert result.code == 0
    assert result.err == ""
    assert result.out == (
        f"seed 3: {len(replay.moves)} moves, score {replay.score}, max tile {replay.max_tile}\n"
    )


def test_games_have_following_seeds(run):
    result = run("watch", "random", "--seed", 3, "--games", 3)
    assert [line.split(":")[0] for line in result.out.splitlines()] == [
        "seed 3",
        "seed 4",
        "seed 5",
    ]


def test_no_display(run, no_display):
    result = run("watch", "greedy")
    assert result.code == 1
    assert "no display" in result.error
    assert "--record FILE or --gif FILE" in result.error


def test_recording_needs_no_display(run, folder, no_display):
    result = run("watch", "greedy", "--seed", 3, "--record", "a.json", "--gif", "a.gif")
    assert result.code == 0
    assert "no display: greedy plays unseen\n" in result.err
    assert result.err.endswith("replay: a.json\nGIF: a.gif\n")
    assert read_replay(folder / "a.json") == record_game(GreedyAgent(), 3)
    with Image.open(folder / "a.gif") as gif:
        assert 10 < gif.n_frames <= 300
    assert (folder / "a.gif").stat().st_size < 3e6


@pytest.mark.parametrize("display", [True, False])
def test_of_several_games_the_best_is_recorded(run, folder, display, request):
    if not display:
        request.getfixturevalue("no_display")
    assert run("watch", "greedy", "--seed", 7, "--games", 3, "--record", "a.json").code == 0
    expected = evaluate(GreedyAgent(), 3, 7)
    replay = read_replay(folder / "a.json")
    assert replay.score == expected.max_score
    assert replay.seed == 7 + expected.best_game


def test_a_game_without_a_seed_says_which_it_chose(run, folder):
    result = run("watch", "random", "--record", "a.json")
    seed = read_replay(folder / "a.json").seed
    assert f"seed {seed}\n" in result.err
    assert result.out.startswith(f"seed {seed}: ")


def test_another_size(run, folder):
    assert run("watch", "greedy", "--size", 3, "--seed", 1, "--record", "a.json").code == 0
    assert read_replay(folder / "a.json").size == 3
    assert run("watch", "random", "--size", 6, "--games", 1, "--seed", 1).code == 0


def test_an_agent_that_plays_one_size_only(run, trained):
    result = run("watch", trained, "--size", 5)
    assert result.code == 2
    assert result.error == f"{trained} plays boards of size 4, not 5"


def test_in_a_window_games_go_on_until_it_is_closed(run, monkeypatch):
    monkeypatch.setattr("agents.cli.watch._UNSEEN_DRIVERS", ())
    script = Script(monkeypatch, *[""] * 30, "r", *[""] * 30, "close")
    result = run("watch", "random", "--seed", 3, "--fps", 50)
    assert result.code == 0
    lines = result.out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["seed 3", "seed 4"]
    assert all(line.endswith("not finished") for line in lines)
    assert "space pauses" in result.err
    assert script.last.board.shape == (4, 4)


def test_what_exists_is_not_overwritten(run, folder):
    (folder / "a.json").write_text("mine")
    result = run("watch", "greedy", "--record", "a.json")
    assert result.code == 1
    assert result.error == "a.json: exists already; choose another name, or remove it first"
    result = run("watch", "greedy", "--record", ".")
    assert (result.code, result.error) == (1, ".: is a folder, not a file to write to")
    assert (folder / "a.json").read_text() == "mine"
