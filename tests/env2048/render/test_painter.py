import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

from env2048 import board as rules
from env2048.render import Notes, theme
from env2048.render.animation import animate_move
from env2048.render.backend import pygame
from env2048.render.painter import Painter

ALL_TILES = np.arange(18, dtype=np.uint8)


def board_of(*exponents, size=4):
    board = np.zeros((size, size), np.uint8)
    board.flat[: len(exponents)] = exponents
    return board


def cell(frame, painter, row, column):
    """The pixels of a cell, without the gap."""
    x, y = painter.layout.corner(row, column)
    side = painter.layout.cell
    return frame[y : y + side, x : x + side]


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 16, 64])
def test_frames_have_one_shape_for_every_size(size):
    frame = Painter(size).frame(rules.starting_board(1, size), 0)
    assert frame.shape == (600, 500, 3) and frame.dtype == np.uint8
    assert frame.flags.c_contiguous and frame.flags.owndata


def test_frames_do_not_share_memory(play):
    painter = Painter()
    (before, _, after, score), *_ = play(1)
    first = painter.frame(before, 0)
    kept = first.copy()
    second = painter.frame(after, score)
    assert np.array_equal(first, kept) and not np.array_equal(first, second)
    second[:] = 0
    assert painter.frame(after, score).any()


@pytest.mark.parametrize("size", [2, 4, 5])
def test_a_frame_depends_on_the_position_alone(size, play):
    painter = Painter(size)
    notes = Notes(status="paused", values=[1, 2, 3, None], headline="x", message="y")
    for step, (before, action, after, score) in enumerate(play(3, size, steps=60)):
        best = None if step % 5 == 0 else score + 3
        if step % 7 == 0:
            painter.paint(before, score, best, notes)
        if step % 3 == 0:
            painter.paint_motion(animate_move(before, action, after).at(60), score, best)
        expected = Painter(size).frame(after, score, best)
        assert np.array_equal(painter.frame(after, score, best), expected)


def test_tiles_are_distinguishable_and_have_their_colours():
    painter = Painter()
    pictures = {}
    for exponent in ALL_TILES.tolist():
        picture = cell(painter.frame(board_of(exponent), 0), painter, 0, 0)
        assert np.array_equal(picture[8, 50], theme.TILES[exponent])
        pictures[exponent] = picture.tobytes()
    assert len(set(pictures.values())) == 18


@pytest.mark.parametrize("size", [2, 4, 5, 8])
def test_numbers_are_in_the_middle_and_inside(size):
    painter = Painter(size)
    side = painter.layout.cell
    for exponent in ALL_TILES[1:].tolist():
        picture = cell(painter.frame(board_of(exponent, size=size), 0), painter, 0, 0)
        ink = np.abs(picture.astype(int) - theme.text_color(exponent)).sum(axis=2) < 60
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        assert columns[0] >= 0.05 * side and columns[-1] <= 0.95 * side
        assert rows[0] + rows[-1] + 1 == pytest.approx(side, abs=max(2.1, 0.04 * side))
        # (the digit 1 is narrower than its place)
        assert columns[0] + columns[-1] + 1 == pytest.approx(side, abs=0.12 * side)
        assert rows[-1] - rows[0] > 0.12 * side


def test_each_tile_is_in_its_cell():
    painter = Painter(5)
    empty = painter.frame(board_of(size=5), 0)
    for row, column in [(0, 0), (1, 3), (4, 4)]:
        board = board_of(size=5)
        board[row, column] = 6
        frame = painter.frame(board, 0)
        changed = np.argwhere((frame != empty).any(axis=2))
        x, y = painter.layout.corner(row, column)
        assert tuple(changed.min(axis=0)) == (y, x)
        assert tuple(changed.max(axis=0)) == (y + 79, x + 79)


@pytest.mark.parametrize("score", [0, 7, 1234567, 3932100, 9999999999])
def test_scores_fit_into_their_boxes(score):
    painter = Painter()
    blank = painter.frame(board_of(), 0, 0)
    frame = painter.frame(board_of(), score, score)
    for index in (0, 1):
        box = painter.layout.score_box(index)
        white = (frame[box.top : box.bottom, box.left : box.right] > 240).all(axis=2)
        columns = np.flatnonzero(white.any(axis=0))
        assert columns[0] > 3 and columns[-1] < box.width - 4
        frame[box.top : box.bottom, box.left : box.right] = 0
        blank[box.top : box.bottom, box.left : box.right] = 0
    assert np.array_equal(frame, blank)


def test_different_scores_differ():
    painter = Painter()
    frames = [painter.frame(board_of(), s, b) for s, b in [(0, 0), (1, 1), (0, 1), (10, 1)]]
    frames.append(painter.frame(board_of(), 1))
    assert len({frame.tobytes() for frame in frames}) == 5


def test_the_end_of_an_animation_is_the_position(play):
    painter = Painter()
    for before, action, after, score in play(5, steps=40):
        animation = animate_move(before, action, after)
        for moment, board in ((0, before), (animation.duration, after)):
            painter.paint_motion(animation.at(moment), score)
            moving = painter._pixels.copy()
            assert np.array_equal(moving, Painter().frame(board, score))


def test_a_moving_tile_is_between_its_cells():
    painter = Painter()
    before, after = board_of(0, 0, 0, 6), board_of(6)
    painter.paint_motion(animate_move(before, rules.LEFT, after).at(50), 0)
    x, y = painter.layout.corner(0, 1.5)
    assert np.array_equal(painter._pixels[y + 8, x + 50], theme.TILES[6])
    assert np.array_equal(painter._pixels[y + 8, x - 20], theme.EMPTY_CELL)


def test_notes_are_drawn_where_nothing_else_is():
    painter = Painter()
    plain = painter.frame(board_of(1, 2, 3), 8, 16)
    values = Notes(status="expectimax 3 · paused · 8 moves/s", values=[1.5, None, 51234, -3])
    noted = painter.frame(board_of(1, 2, 3), 8, 16, values)
    layout = painter.layout
    changed = (plain != noted).any(axis=2)
    for box in [layout.status, *map(layout.value_box, range(4))]:
        region = changed[box.top : box.bottom, box.left : box.right]
        # An illegal move leaves its box the colour of the page, with a pale arrow.
        assert region.any()
        region[:] = False
    assert not changed.any()


def test_bars_are_as_full_as_they_are_to_be():
    """Those of the moves under their boxes, that of the board under the status line."""
    painter = Painter()
    shares = [0.5, 0.25, None, 0.0]
    notes = Notes(status="x", values=[1, 2, None, 3], bars=shares, level=0.75)
    frame, layout = painter.frame(board_of(), 0, notes=notes), painter.layout
    boxes = dict(zip((3, 0, 2, 1), map(layout.value_box, range(4)), strict=True))
    for box, share in [(layout.status, 0.75), *((boxes[move], shares[move]) for move in range(4))]:
        row = frame[box.bottom - 2, box.left + 1 : box.right - 1]
        full = (row == theme.DARK_TEXT).all(axis=1)
        empty = (row == theme.EMPTY_CELL).all(axis=1)
        if share is None:
            assert not full.any() and not empty.any()
        else:
            assert abs(full.mean() - share) < 0.02 and (full | empty).all()
            assert full[: full.sum()].all()


def test_the_best_move_is_highlighted():
    painter = Painter()
    for hint, place in enumerate((1, 3, 2, 0)):
        values: list[float | None] = [0.1, 0.1, 0.1, 0.1]
        values[hint] = 0.9
        for notes in (Notes(values=values), Notes(hint=hint), Notes(values=[0.5] * 4, hint=hint)):
            frame = painter.frame(board_of(), 0, notes=notes)
            boxes = map(painter.layout.value_box, range(4))
            colors = [tuple(frame[box.top + 3, box.left + 5].tolist()) for box in boxes]
            assert [color == theme.HIGHLIGHT for color in colors] == [i == place for i in range(4)]


@pytest.mark.parametrize(
    ("won", "veil"), [(False, theme.GAME_OVER_VEIL), (True, theme.YOU_WIN_VEIL)]
)
def test_the_headline_veils_the_board(won, veil):
    painter = Painter()
    notes = Notes(headline="Game over!", message="R: new game", won=won)
    frame = painter.frame(board_of(17), 0, notes=notes)
    x, y = painter.layout.corner(0, 0)
    share = veil[3] / 255
    expected = (1 - share) * np.array(theme.TILES[17]) + share * np.array(veil[:3])
    assert np.abs(frame[y + 8, x + 50] - expected).max() <= 2
    assert np.array_equal(frame[590, 250], theme.PAGE)


@pytest.mark.parametrize("notes", [Notes(message="only this"), Notes(headline="long " * 40)])
def test_odd_notes(notes):
    frame = Painter().frame(board_of(), 0, notes=notes)
    assert np.array_equal(frame[:, :10], Painter().frame(board_of(), 0)[:, :10])


def test_rejects_boards_it_cannot_draw():
    painter = Painter(4)
    expected = painter.frame(board_of(), 0)
    with pytest.raises(ValueError, match=r"4 x 4 boards, not \(5, 5\)"):
        painter.frame(board_of(size=5), 0)
    with pytest.raises(ValueError, match=r"2\^17, not 2\^18"):
        painter.frame(board_of(1, 2, 18), 0)
    assert np.array_equal(painter.frame(board_of(), 0), expected)


def test_scaled_pictures():
    frame = Painter(4, scale=0.5).frame(board_of(11), 0)
    assert frame.shape == (300, 250, 3)
    assert Painter(4, scale=2).frame(board_of(11), 0).shape == (1200, 1000, 3)


def test_copies_paint_the_same():
    painter = Painter(5, scale=0.5)
    board = board_of(1, 2, 3, size=5)
    expected = painter.frame(board, 12)
    for twin in (copy.deepcopy(painter), pickle.loads(pickle.dumps(painter))):
        assert np.array_equal(twin.frame(board, 12), expected)


def test_goes_on_when_someone_quits_pygame():
    painter = Painter()
    painter.frame(board_of(1), 4)
    pygame.quit()
    after_quit = painter.frame(board_of(2), 12345678)
    pygame.font.init()
    assert np.array_equal(after_quit, Painter().frame(board_of(2), 12345678))


def test_needs_no_display_and_starts_none(no_display):
    """In a process of its own, as pygame keeps what was started."""
    program = (
        "import numpy as np\n"
        "from env2048.render.painter import Painter\n"
        "from env2048.render.backend import pygame\n"
        "assert Painter().frame(np.ones((4, 4), np.uint8), 4).any()\n"
        "assert not pygame.display.get_init() and pygame.mixer.get_init() is None\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_pygame_is_imported_only_to_draw():
    program = (
        "import sys\n"
        "import env2048.render, env2048.render.renderer, env2048.render.theme\n"
        "import env2048.render.animation, env2048.render.display\n"
        "assert 'pygame' not in sys.modules\n"
        "env2048.render.Painter, env2048.render.Window, env2048.render.write_gif\n"
        "assert 'pygame' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
