"""`play`: a person at the window, who follows a script."""

from scripted import Script

from env2048.replay import read_replay, verify


def test_a_game_is_played_and_recorded(run, folder, monkeypatch):
    Script(monkeypatch, "up left", "h", "right u", "down", "escape")
    result = run("play", "--seed", 3, "--agent", "greedy", "--record", "mine.json")
    assert result.code == 0
    assert "arrows, WASD or HJKL move" in result.err
    assert result.err.endswith("replay: mine.json\n")
    replay = read_replay(folder / "mine.json")
    assert (replay.agent, replay.seed, replay.ended) == ("human", 3, "quit")
    assert verify(replay).key_reproduces
    moves = len(replay.moves)
    assert moves >= 1
    assert result.out.startswith(f"seed 3: {moves} move")
    assert result.out.endswith("not finished\n")


def test_a_game_without_a_seed_says_which_it_chose(run, monkeypatch):
    Script(monkeypatch, "escape")
    result = run("play", "--agent", "random")
    seed = result.out.split(":")[0]
    assert f"{seed}\n" in result.err


def test_quiet(run, monkeypatch):
    Script(monkeypatch, "escape")
    result = run("play", "--agent", "random", "--quiet", "--seed", 2)
    assert result.err == ""
    assert result.out == "seed 2: 0 moves, score 0, max tile 2, not finished\n"


def test_another_size_and_other_tiles(run, folder, monkeypatch):
    Script(monkeypatch, "up left down", "escape")
    arguments = ("--size", 5, "--four-probability", 1, "--seed", 2, "--record", "mine.json")
    assert run("play", *arguments, "--agent", "greedy").code == 0
    replay = read_replay(folder / "mine.json")
    assert (replay.size, replay.four_probability) == (5, 1.0)
    assert sum(map(sum, replay.start)) == 4


def test_who_cannot_give_hints_here_is_replaced(run, trained, monkeypatch):
    script = Script(monkeypatch, "h", "escape")
    result = run("play", "--size", 3, "--agent", trained, "--seed", 1)
    assert f"{trained} plays boards of size 4 only: greedy gives the hints\n" in result.err
    assert script.last.notes.status.startswith("greedy would go")


def test_no_display(run, no_display):
    result = run("play", "--agent", "greedy")
    assert result.code == 1
    assert "no display" in result.error


def test_what_exists_is_not_overwritten(run, folder):
    (folder / "a.json").write_text("mine")
    result = run("play", "--record", "a.json")
    assert result.code == 1
    assert result.error == "a.json: exists already; choose another name, or remove it first"
