import subprocess
import sys
import time

import numpy as np
import pytest

from env2048 import board as rules
from env2048.errors import DisplayError
from env2048.render import Notes, theme
from env2048.render.backend import pygame
from env2048.render.painter import Painter
from env2048.render.window import Window

pytestmark = pytest.mark.usefixtures("dummy_display")

BEFORE = np.array([[1, 1, 0, 0], [0] * 4, [0] * 4, [0] * 4], np.uint8)
AFTER = np.array([[2, 0, 0, 0], [0] * 4, [0] * 4, [0, 0, 0, 1]], np.uint8)


def screen():
    """What the window shows, uint8 [height, width, 3]."""
    return pygame.surfarray.array3d(pygame.display.get_surface()).swapaxes(0, 1)


def press(key, unicode="", mod=0):
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, unicode=unicode, mod=mod))


@pytest.fixture
def pictures(monkeypatch):
    """The boards drawn, one entry per picture: None for a moment of an animation."""
    drawn = []

    def record(method, entry):
        original = getattr(Painter, method)

        def recorded(self, subject, *args):
            drawn.append(subject.copy() if entry else None)
            return original(self, subject, *args)

        monkeypatch.setattr(Painter, method, recorded)

    record("paint", True)
    record("paint_motion", False)
    return drawn


@pytest.mark.parametrize("size", [2, 4, 5])
def test_shows_what_the_painter_paints(size):
    board = rules.starting_board(1, size)
    with Window(size) as window:
        window.show(board, 12, 34)
        assert np.array_equal(screen(), Painter(size).frame(board, 12, 34))
        notes = Notes(status="paused", headline=theme.GAME_OVER)
        window.show(board, 12, 34, notes)
        assert np.array_equal(screen(), Painter(size).frame(board, 12, 34, notes))


def test_an_animation_ends_with_the_board(pictures):
    with Window() as window:
        for _ in range(5):  # a busy machine may sleep through most of one
            pictures.clear()
            start = time.perf_counter()
            window.animate(BEFORE, rules.LEFT, AFTER, 4)
            assert time.perf_counter() - start >= 0.3
            *moments, last = pictures
            assert moments and all(moment is None for moment in moments)
            if len(moments) >= 2:
                break
        assert len(moments) >= 2
        assert np.array_equal(last, AFTER)
        assert np.array_equal(screen(), Painter().frame(AFTER, 4))


def test_the_duration_is_scaled(pictures):
    with Window() as window:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            window.animate(BEFORE, rules.LEFT, AFTER, 4, duration_scale=0.1)
            times.append(time.perf_counter() - start)
        assert 0.03 <= min(times) < 0.25
        pictures.clear()
        window.animate(BEFORE, rules.LEFT, AFTER, 4, duration_scale=0)
        window.animate_start(AFTER, duration_scale=0)
        assert [np.array_equal(picture, AFTER) for picture in pictures] == [True, True]


def test_an_illegal_move_shows_the_board_at_once(pictures):
    with Window() as window:
        window.animate(BEFORE, rules.UP, BEFORE, 0)
        assert len(pictures) == 1 and np.array_equal(pictures[0], BEFORE)


def test_a_key_cuts_an_animation_short_and_is_kept(pictures):
    with Window() as window:
        press(pygame.K_UP)
        window.animate(BEFORE, rules.LEFT, AFTER, 4)
        assert len(pictures) == 1 and np.array_equal(pictures[0], AFTER)
        # The next animation is shown although nobody has asked for the key.
        window.animate(BEFORE, rules.LEFT, AFTER, 4, duration_scale=0.5)
        assert len(pictures) >= 3
        assert window.keys() == ["up"]
        assert window.keys() == []


@pytest.mark.parametrize(
    ("key", "unicode", "mod", "name"),
    [
        (pygame.K_UP, "", 0, "up"),
        (pygame.K_LEFT, "", 0, "left"),
        (pygame.K_SPACE, " ", 0, "space"),
        (pygame.K_ESCAPE, "\x1b", 0, "escape"),
        (pygame.K_RETURN, "\r", 0, "return"),
        (pygame.K_v, "v", 0, "v"),
        (pygame.K_v, "V", pygame.KMOD_SHIFT, "v"),
        (pygame.K_EQUALS, "=", 0, "="),
        (pygame.K_EQUALS, "=", pygame.KMOD_LSHIFT, "+"),
        (pygame.K_KP_PLUS, "+", 0, "+"),
        (pygame.K_MINUS, "-", 0, "-"),
    ],
)
def test_key_names(key, unicode, mod, name):
    with Window() as window:
        press(pygame.K_LSHIFT)
        press(key, unicode, mod)
        assert window.keys() == [name]


def test_every_key_of_a_move_is_found_by_name():
    with Window() as window:
        for keys in theme.MOVE_KEYS:
            for key in keys:
                press(key)
        names = ["up", "w", "k", "right", "d", "l", "down", "s", "j", "left", "a", "h"]
        assert window.keys() == names


def test_unread_keys_are_bounded():
    with Window() as window:
        for _ in range(20):
            for _ in range(50):
                press(pygame.K_a, "a")
            window.show(BEFORE, 0)
        assert 0 < len(window.keys()) <= 64


def test_waiting():
    with Window() as window:
        start = time.perf_counter()
        window.wait(0.05)
        assert 0.05 <= time.perf_counter() - start < 0.5
        press(pygame.K_UP)
        start = time.perf_counter()
        window.wait(5)
        assert time.perf_counter() - start < 1
        window.keys()
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        window.wait(5)
        assert window.closed and time.perf_counter() - start < 2


@pytest.mark.parametrize("method", ["show", "animate", "keys", "wait"])
def test_the_user_closes_the_window(method):
    window = Window()
    window.show(BEFORE, 0)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    for _ in range(3):  # the first call meets the event, later ones a closed window
        {
            "show": lambda: window.show(AFTER, 4),
            "animate": lambda: window.animate(BEFORE, rules.LEFT, AFTER, 4),
            "keys": lambda: window.keys(),
            "wait": lambda: window.wait(1),
        }[method]()
        assert window.closed
        assert pygame.display.get_surface() is None
    window.close()


def test_closing_twice_and_opening_again():
    first = Window()
    first.close()
    first.close()
    assert first.closed and not pygame.display.get_init()
    with Window() as second:
        second.show(BEFORE, 0)
        assert np.array_equal(screen(), Painter().frame(BEFORE, 0))
    assert second.closed


def test_several_windows_share_the_display():
    first, second = Window(4), Window(2)
    first.close()
    small = np.array([[1, 2], [3, 4]], np.uint8)
    second.show(small, 0)
    assert np.array_equal(screen(), Painter(2).frame(small, 0))
    third = Window(4)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    third.show(BEFORE, 0)
    assert second.closed and third.closed


def test_someone_else_quits_pygame():
    window = Window()
    window.show(BEFORE, 0)
    pygame.quit()
    window.animate(BEFORE, rules.LEFT, AFTER, 4)
    assert window.closed
    window.close()
    with Window() as again:
        again.show(BEFORE, 0)


@pytest.mark.parametrize("resolution", [(1000, 1200), (900, 300), (250, 700), (60, 60)])
def test_a_resized_window_shows_the_whole_board(resolution):
    with Window() as window:
        window.show(BEFORE, 0)
        pygame.display.set_mode(resolution, pygame.RESIZABLE)
        size = {"size": resolution, "w": resolution[0], "h": resolution[1]}
        pygame.event.post(pygame.event.Event(pygame.VIDEORESIZE, size))
        window.wait(0)
        picture = screen()
        assert picture.shape[1::-1] == resolution
        scale = max(0.2, min(resolution[0] / 500, resolution[1] / 600))
        expected = Painter(4, scale).frame(BEFORE, 0)
        height, width, _ = expected.shape
        if height <= resolution[1] and width <= resolution[0]:
            top, left = (resolution[1] - height) // 2, (resolution[0] - width) // 2
            assert np.array_equal(picture[top : top + height, left : left + width], expected)


def test_no_display_at_all(no_display):
    with pytest.raises(DisplayError, match="no display"):
        Window()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="they always have a display")
def test_a_display_that_does_not_answer(no_display):
    """SDL may silently fall back to a driver that shows nothing: that is not a window."""
    no_display.setenv("DISPLAY", ":987")
    program = (
        "from env2048.errors import DisplayError\n"
        "from env2048.render import Window\n"
        "try:\n"
        "    Window()\n"
        "except DisplayError as error:\n"
        "    print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("no display for a window") and result.stdout.count("\n") == 1
