import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from env2048 import board as rules
from env2048.render import Notes, theme
from env2048.render.gif import find_milestones, select_positions, write_gif


@given(st.integers(1, 5000), st.integers(1, 400), st.lists(st.integers(0, 4999), max_size=20))
def test_a_selection_is_bounded_ascending_and_ends_with_the_end(count, max_frames, milestones):
    milestones = [milestone for milestone in milestones if milestone < count]
    chosen = select_positions(count, max_frames, milestones)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(count, max_frames)
    assert chosen[-1] == count - 1
    if max_frames > 1:
        assert chosen[0] == 0
    assert all(0 <= index < count for index in chosen)


def test_a_long_game_shows_opening_milestones_and_end():
    chosen = select_positions(10_000, milestones=[1234, 5000])
    assert len(chosen) == 300
    assert chosen[:20] == list(range(20))
    assert chosen[-60:] == list(range(9940, 10_000))
    assert {1231, 1232, 1233, 1234, 1235, 4997, 5000, 5001} <= set(chosen)
    assert max(np.diff(chosen)) < 60


def test_the_largest_tiles_come_first_when_there_is_little_room():
    chosen = set(select_positions(10_000, 15, milestones=[1000, 2000, 3000]))
    assert {2997, 3000, 3001} <= chosen and 1000 not in chosen


def test_milestones():
    largest = [1, 8, 9, 9, 8, 10, 11, 11, 10, 12]
    boards = [np.array([[k, 0], [0, 1]], np.uint8) for k in largest]
    assert find_milestones(boards) == [2, 5, 6, 9]
    assert find_milestones(boards[6:]) == [3]


def test_a_gif_shows_the_game(tmp_path, play):
    steps = play(2, steps=12)
    positions = [(steps[0][0], 0)] + [(after, score) for _, _, after, score in steps]
    path = tmp_path / "game.gif"
    shown = write_gif(path, iter(positions), last_notes=Notes(headline=theme.GAME_OVER))
    assert shown == list(range(13))
    assert [entry.name for entry in tmp_path.iterdir()] == ["game.gif"]
    with Image.open(path) as gif:
        assert gif.size == (250, 300) and gif.n_frames == 13 and gif.info["loop"] == 0
        for index, (board, _) in enumerate(positions[:-1]):
            gif.seek(index)
            picture = np.asarray(gif.convert("RGB")).astype(int)
            for row, column in np.ndindex(4, 4):
                pixel = picture[53 + 6 + 56 * row + 5, 10 + 6 + 56 * column + 25]
                assert np.abs(pixel - theme.TILES[board[row, column]]).max() <= 4
            assert gif.info["duration"] == 160
        gif.seek(12)
        assert gif.info["duration"] == 3000


def test_one_position(tmp_path):
    assert write_gif(tmp_path / "one.gif", [(rules.starting_board(1), 0)]) == [0]
    with Image.open(tmp_path / "one.gif") as gif:
        assert gif.n_frames == 1


def test_a_long_busy_game_stays_small(tmp_path):
    rng = np.random.default_rng(1)
    boards = rng.integers(0, 18, (700, 5, 5)).astype(np.uint8)
    path = tmp_path / "long.gif"
    shown = write_gif(path, [(board, 1000 * i) for i, board in enumerate(boards)])
    assert path.stat().st_size < 3_000_000
    assert 150 < len(shown) <= 300 and shown[-1] == 699
    shown = write_gif(path, [(board, 0) for board in boards[:30]], max_bytes=100_000)
    assert path.stat().st_size < 100_000 and shown[-1] == 29


def test_repeated_positions_are_no_problem(tmp_path):
    board = rules.starting_board(1)
    write_gif(tmp_path / "same.gif", [(board, 0)] * 5)
    with Image.open(tmp_path / "same.gif") as gif:
        assert gif.size == (250, 300)


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "game.gif"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="at least one position"):
        write_gif(path, [])
    with pytest.raises(ValueError, match="largest tile"):
        write_gif(path, [(np.full((4, 4), 18, np.uint8), 0)])
    with pytest.raises(FileNotFoundError):
        write_gif(tmp_path / "missing" / "game.gif", [(rules.starting_board(1), 0)])
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1
