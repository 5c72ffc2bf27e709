"""What a run remembers is the same in whatever pieces its games come."""

import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.base import Games
from agents.statistics import tile_rates
from agents.training.history import RECENT, History, append_rows, read_rows, rewind_rows


def make_games(first, count):
    """Games number first, first + 1, ...: what they came to depends on their number alone."""
    numbers = np.arange(first, first + count)
    scores, largest = numbers * 7 % 1009, numbers % 12 + 1
    return Games(numbers.astype(np.uint64), scores, largest, numbers + 1, again=numbers % 3)


def add_in_pieces(sizes, history=None):
    history = history or History()
    rows = []
    for size in sizes:
        rows += history.add(make_games(history.games, size))
    return history, rows


def test_a_new_run_remembers_nothing():
    history = History()
    assert (history.games, history.moves, history.seconds) == (0, 0, 0.0)
    assert history.recent.shape == (0, 3)
    assert (history.mean_score, history.moves_per_second) == (0.0, 0.0)
    assert set(history.tile_rates.values()) == {0.0}


def test_two_runs_share_nothing():
    first, second = History(), History()
    first.add(make_games(0, 5))
    assert len(second.recent) == 0


def test_totals():
    history, _ = add_in_pieces([30, 0, 70, 150])
    games = make_games(0, 250)
    assert history.games == 250
    assert history.moves == games.moves.sum() + games.again.sum()
    history.seconds = 2.0
    assert history.moves_per_second == history.moves / 2
    np.testing.assert_array_equal(history.recent[:, 0], games.scores)
    np.testing.assert_array_equal(history.recent[:, 1], games.largest)
    np.testing.assert_array_equal(history.recent[:, 2], games.moves)


def test_recent_are_the_last_thousand_games():
    history, _ = add_in_pieces([3210])
    last = make_games(2210, RECENT)
    np.testing.assert_array_equal(history.recent[:, 0], last.scores)
    assert history.mean_score == last.scores.mean()
    assert history.tile_rates == tile_rates(last.largest)
    whole = make_games(0, 3210)
    assert history.moves == whole.moves.sum() + whole.again.sum()


def test_rows_are_of_a_hundred_games_each():
    _, rows = add_in_pieces([250, 49, 1])
    assert [row["games"] for row in rows] == [100, 200, 300]
    for row in rows:
        games, so_far = make_games(row["games"] - 100, 100), make_games(0, row["games"])
        assert row == {
            "games": row["games"],
            "moves": so_far.moves.sum() + so_far.again.sum(),
            "mean_score": games.scores.mean(),
            "max_score": games.scores.max(),
            "score_quantiles": np.quantile(games.scores, [0.1, 0.25, 0.5, 0.75, 0.9]).tolist(),
            "mean_moves": games.moves.mean(),
            "tile_rates": tile_rates(games.largest),
        }
        assert json.loads(json.dumps(row)) == row


def test_a_row_comes_with_its_last_game():
    history, rows = add_in_pieces([99])
    assert rows == []
    assert [row["games"] for row in history.add(make_games(99, 1))] == [100]
    assert history.add(make_games(100, 99)) == []


@given(st.lists(st.integers(0, 400), max_size=8))
def test_pieces_do_not_matter(sizes):
    whole, rows = add_in_pieces([sum(sizes)])
    pieces, rows_of_pieces = add_in_pieces(sizes)
    assert rows == rows_of_pieces
    assert (whole.games, whole.moves) == (pieces.games, pieces.moves)
    np.testing.assert_array_equal(whole.recent, pieces.recent)


@given(st.integers(0, 1500), st.integers(0, 300))
def test_going_on_from_what_a_checkpoint_holds(before, after):
    whole, rows = add_in_pieces([before + after])
    first, first_rows = add_in_pieces([before])
    resumed = History(first.games, first.moves, first.seconds, first.recent.copy())
    resumed, later_rows = add_in_pieces([after], resumed)
    assert rows == first_rows + later_rows
    np.testing.assert_array_equal(whole.recent, resumed.recent)


# --------------------------------------------------------------------------- the metrics file


def test_rows_in_a_file(tmp_path):
    path = tmp_path / "metrics.jsonl"
    _, rows = add_in_pieces([300])
    assert read_rows(path) == []
    append_rows(path, rows[:1])
    append_rows(path, [])
    append_rows(path, rows[1:])
    assert read_rows(path) == rows
    assert [json.loads(line) for line in path.read_text().splitlines()] == rows


def test_rows_are_on_the_disk_when_append_returns(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))
    append_rows(tmp_path / "metrics.jsonl", [{"games": 100}])
    assert synced == [len('{"games": 100}\n')]


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_line_that_a_kill_cut_off(cut, tmp_path):
    path = tmp_path / "metrics.jsonl"
    _, rows = add_in_pieces([300])
    append_rows(path, rows)
    os.truncate(path, path.stat().st_size - cut)
    assert read_rows(path) == (rows if cut == 1 else rows[:2])  # 1: the end of the line alone
    rewind_rows(path, 300)
    append_rows(path, rows[2:] if cut > 1 else [])
    assert read_rows(path) == rows


@pytest.mark.parametrize(
    "line", [b"null", b"[1]", b"7", b"{}", b'{"games": "1"}', b"\xff\xfe", b"[" * 100_000, b"\0"]
)
def test_rows_end_at_a_line_that_is_none(line, tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"games": 100}\n' + line + b'\n{"games": 300}\n')
    assert read_rows(path) == [{"games": 100}]
    rewind_rows(path, 1000)
    assert path.read_bytes() == b'{"games": 100}\n'


@pytest.mark.parametrize(("games", "kept"), [(0, 0), (99, 0), (100, 1), (250, 2), (300, 3)])
def test_rewind(games, kept, tmp_path):
    path = tmp_path / "metrics.jsonl"
    _, rows = add_in_pieces([300])
    append_rows(path, rows)
    rewind_rows(path, games)
    assert read_rows(path) == rows[:kept]
    assert [found.name for found in tmp_path.iterdir()] == ["metrics.jsonl"]


def test_rewind_without_a_file_makes_an_empty_one(tmp_path):
    rewind_rows(tmp_path / "metrics.jsonl", 100)
    assert (tmp_path / "metrics.jsonl").read_bytes() == b""
