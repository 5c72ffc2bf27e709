"""`replay`: record, verify, info, gif, convert."""

import json
import re

import pytest
from PIL import Image

from agents.greedy import GreedyAgent
from agents.recording import record_best, record_game
from env2048.replay import frames, read_replay


def test_record(run, folder, trained):
    result = run("replay", "record", trained, "-o", "a.json", "--seed", 3)
    assert result.code == 0
    replay = read_replay(folder / "a.json")
    assert (replay.seed, replay.ended) == (3, "dead")
    assert str(trained).endswith(replay.agent)
    assert len(replay.values) == len(replay.moves)
    assert result.out == (
        f"seed 3: {len(replay.moves)} moves, score {replay.score}, max tile {replay.max_tile}\n"
    )
    assert result.err.endswith("replay: a.json\n")


def test_record_the_best_of_several(run, folder):
    result = run(
        "replay", "record", "greedy", "--out", "a.json", "--seed", 3, "--games", 20, "--json"
    )
    expected = record_best(GreedyAgent(), 3, 20)
    assert read_replay(folder / "a.json") == expected
    found = result.json
    assert found["file"] == "a.json"
    assert (found["seed"], found["score"]) == (expected.seed, expected.score)
    assert found["key_reproduces"] is True
    assert found["has_values"] is True


def test_record_without_a_seed_says_which_it_chose(run, folder):
    result = run("replay", "record", "random", "-o", "a.json")
    seed = read_replay(folder / "a.json").seed
    assert f"seed {seed}\n" in result.err
    assert result.out.startswith(f"seed {seed}: ")


def test_verify(run, replay):
    game = record_game(GreedyAgent(), 3)
    result = run("replay", "verify", replay, replay)
    assert (result.code, result.err) == (0, "")
    assert result.out == 2 * (
        f"{replay}: ok, {len(game.moves)} moves, score {game.score}, "
        f"max tile {game.max_tile}, ended dead\n"
    )


def test_verify_goes_on_after_a_wrong_file(run, folder, replay):
    content = json.loads(replay.read_text())
    content["score"] += 4
    (folder / "wrong.json").write_text(json.dumps(content))
    files = ("wrong.json", replay, "missing.json")
    result = run("replay", "verify", *files)
    assert result.code == 1
    assert result.out.startswith(f"{replay}: ok, ")
    first, second = result.err.splitlines()
    assert first.startswith("scratch2048: wrong.json: ")
    assert second == "scratch2048: missing.json: there is no such file"
    found = run("replay", "verify", *files, "--json").json["files"]
    assert [(entry["file"], entry["ok"]) for entry in found] == [
        ("wrong.json", False), (str(replay), True), ("missing.json", False),
    ]  # fmt: skip
    assert found[0]["error"].startswith("wrong.json: ")


def test_verify_notes_tiles_that_do_not_come_from_the_key(run, folder, replay):
    content = json.loads(replay.read_text()) | {"key": 1}
    (folder / "a.json").write_text(json.dumps(content))
    result = run("replay", "verify", "a.json")
    assert result.code == 0
    assert result.out.endswith(", tiles not those of its key\n")


WRONG = {
    "nothing.json": b"",
    "half.json": b'{"format": "scratch2048-replay", "version": 1, "size',
    "list.json": b"[]",
    "binary.json": bytes(range(256)),
    "deep.json": b"[" * 100_000,
    "later.json": b'{"format": "scratch2048-replay", "version": 2}',
    "numbers.json": b'{"format": "scratch2048-replay", "version": 1, "size": 1e999}',
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize(
    "words", ["verify", "info", "gif -o a.gif", "convert --to 2048rl -o a.txt"]
)
def test_hostile_files_are_one_line(run, folder, words, name):
    (folder / name).write_bytes(WRONG[name])
    command, *options = words.split()
    result = run("replay", command, name, *options)
    assert result.code == 1
    assert result.error.startswith(f"{name}: ")
    assert [path.name for path in folder.iterdir()] == [name]


def test_the_first_wrong_move_is_named(run, folder, replay):
    content = json.loads(replay.read_text())
    moves = content["moves"]
    for other in set("URDL") - {moves[200]}:
        changed = {**content, "moves": moves[:200] + other + moves[201:]}
        (folder / "a.json").write_text(json.dumps(changed))
        result = run("replay", "verify", "a.json")
        assert result.code == 1
        named = re.search(r"^a\.json: move (\d+)", result.error)
        assert named is not None, result.error
        assert 201 <= int(named[1]) < 210


def test_info(run, replay):
    game = record_game(GreedyAgent(), 3)
    found = run("replay", "info", replay, "--json").json
    assert found == {
        "agent": "greedy",
        "seed": 3,
        "score": game.score,
        "max_tile": game.max_tile,
        "moves": len(game.moves),
        "ended": "dead",
        "size": 4,
        "four_probability": 0.1,
        "key": game.key,
        "key_reproduces": True,
        "has_values": True,
    }
    lines = dict(line.split("  ", 1) for line in run("replay", "info", replay).out.splitlines())
    assert lines["score"].strip() == str(game.score)
    assert lines["key reproduces"].strip() == "yes"


@pytest.mark.parametrize("name", ["a.gif", "a.GIF", "a"])
def test_gif(run, folder, replay, name):
    result = run("replay", "gif", replay, "-o", name)
    assert (result.code, result.out, result.err) == (0, "", f"GIF: {name}\n")
    with Image.open(folder / name) as gif:
        assert (gif.format, gif.n_frames > 10) == ("GIF", True)


@pytest.mark.parametrize("to", ["scratch2048", "2048rl", "2048league"])
def test_convert_there_and_back(run, folder, replay, to):
    assert run("replay", "convert", replay, "--to", to, "-o", "there").err == f"{to}: there\n"
    assert run("replay", "convert", "there", "--to", "scratch2048", "-o", "back.json").code == 0
    assert read_replay(folder / "back.json").moves == read_replay(replay).moves
    assert read_replay(folder / "back.json").spawns == read_replay(replay).spawns


def test_convert_refuses_a_game_that_the_other_player_cannot_show(run, folder, replay):
    game = read_replay(replay)
    unfinished = json.loads(replay.read_text())
    keep = 10
    frame = list(frames(game))[keep - 1]
    unfinished |= {
        "moves": game.moves[:keep],
        "spawns": game.spawns[:keep],
        "values": None,
        "score": frame.score,
        "max_tile": 1 << int(frame.next_board.max()),
        "final": frame.next_board.tolist(),
        "ended": "quit",
    }
    (folder / "a.json").write_text(json.dumps(unfinished))
    assert run("replay", "verify", "a.json").code == 0
    result = run("replay", "convert", "a.json", "--to", "2048rl", "-o", "b.json")
    assert result.code == 1
    assert result.error.startswith("a.json: ")
    assert not (folder / "b.json").exists()


OUTPUTS = [("record", "greedy"), ("gif", None), ("convert", "--to", "2048rl", None)]


@pytest.mark.parametrize("words", OUTPUTS, ids=lambda words: words[0])
def test_what_exists_is_not_overwritten(run, folder, replay, words):
    (folder / "full.gif").write_text("mine")
    arguments = [replay if word is None else word for word in words]
    result = run("replay", *arguments, "-o", "full.gif")
    assert result.code == 1
    assert result.error == "full.gif: exists already; choose another name, or remove it first"
    result = run("replay", *arguments, "-o", "no/a.gif")
    assert (result.code, result.error) == (
        1, "no/a.gif: cannot be written: there is no folder no",
    )  # fmt: skip
    assert (folder / "full.gif").read_text() == "mine"
    assert len(list(folder.iterdir())) == 1
