"""Recorded games as teachers, and how one is found by its name."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import agents
from agents.errors import AgentFileError
from agents.policy.buffer import Block
from agents.policy.symmetries import ORIGINAL, transformed
from agents.policy.teachers import RecordedGames, find_teacher
from agents.recording import record_game
from env2048.errors import ReplayError, UnknownNameError
from env2048.replay import read_replay, replay_from_key
from env2048.replay.files import write_replay
from env2048.replay.frames import frames

REPLAYS = Path(__file__).parents[3] / "replays"


@pytest.fixture
def recorded(tmp_path):
    """A folder with two short games, and the frames of both, one after the other."""
    for seed, name in ((1, "a"), (2, "b")):
        write_replay(_random_game(seed), tmp_path / f"{name}.json")
    return tmp_path, [f for name in "ab" for f in frames(read_replay(tmp_path / f"{name}.json"))]


def _random_game(seed):
    return record_game(agents.load("random"), seed)


@pytest.mark.parametrize("turns", [False, True])
def test_every_move_is_shown_as_it_was_made(recorded, turns):
    folder, moves = recorded
    games = RecordedGames.read(folder)
    block = Block.empty((), 8, 4)
    for rounds in range(3):
        games.show(block, 8 * rounds, turns)
        for column in range(4):
            start = column * len(moves) // 4 + 8 * rounds
            for row in range(8):
                frame = moves[(start + row) % len(moves)]
                cells = frame.board.ravel().astype(np.uint64)
                packed = (cells << np.arange(0, 64, 4, dtype=np.uint64)).sum(dtype=np.uint64)
                pictures = transformed(np.full(8, packed), np.arange(8, dtype=np.int8))
                if not turns:
                    assert block.boards[row, column] == packed
                    assert block.actions[row, column] == frame.action
                seen = np.flatnonzero(pictures == block.boards[row, column])
                assert frame.action in ORIGINAL[seen, block.actions[row, column]]
                assert block.rewards[row, column] == frame.reward
    assert (block.labels == block.actions).all()
    assert (block.log_chances == 0).all()


def test_ends_and_outcomes(recorded):
    folder, moves = recorded
    games = RecordedGames.read(folder)
    block = Block.empty((), len(moves), 1)
    ended = games.show(block, 0, turns=True)
    scores = [int(score) for game in ended for score in game.scores]
    assert scores == [read_replay(folder / f"{name}.json").score for name in "ab"]
    assert block.ends.sum() == 2
    assert np.flatnonzero(block.ends[:, 0])[-1] == len(moves) - 1


def test_a_game_that_was_left_before_its_end():
    """It is shown as it is, but is no whole game, and what would have come nobody knows."""
    whole = _random_game(1)
    left = replay_from_key(whole.key, whole.moves[:9])
    assert (left.ended, whole.ended) == ("quit", "dead")
    games = RecordedGames([left, whole])
    count = 9 + len(whole.moves)
    block = Block.empty((), count, 1)
    ended = games.show(block, 0, turns=False)
    assert [int(score) for game in ended for score in game.scores] == [whole.score]
    assert np.flatnonzero(block.ends[:, 0]).tolist() == [8, count - 1]
    assert np.flatnonzero(np.isnan(block.rewards[:, 0])).tolist() == [8]


def test_found_by_name(recorded, monkeypatch):
    folder, moves = recorded
    assert len(find_teacher(str(folder)).actions) == len(moves)
    assert len(find_teacher(str(folder / "a.json")).actions) < len(moves)
    assert find_teacher("greedy").name == "greedy"
    assert len(find_teacher(str(REPLAYS)).actions) > 1000, "the schema beside them is no replay"
    (folder / "greedy").mkdir()
    shutil.copy(folder / "a.json", folder / "greedy")
    monkeypatch.chdir(folder)
    assert find_teacher("greedy").name == "greedy", "a name goes before a folder"
    assert len(find_teacher("./greedy").actions) < len(moves)
    with pytest.raises(UnknownNameError, match="unknown agent 'nobody'"):
        find_teacher("nobody")


def test_what_cannot_be_imitated(tmp_path):
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ReplayError, match=r"bad\.json: is not a replay"):
        find_teacher(str(tmp_path))
    (tmp_path / "bad.json").unlink()
    write_replay(replay_from_key(1, ""), tmp_path / "none.json")
    with pytest.raises(AgentFileError, match="no replay in it has a move to imitate"):
        find_teacher(str(tmp_path))
    shutil.rmtree(tmp_path)
    with pytest.raises(AgentFileError, match="no such file"):
        find_teacher(str(tmp_path))
