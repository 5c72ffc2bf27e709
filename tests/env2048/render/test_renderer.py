import numpy as np
import pytest

from env2048 import board as rules
from env2048.errors import DisplayError
from env2048.render.backend import pygame
from env2048.render.painter import Painter
from env2048.render.renderer import RENDER_MODES, Renderer
from env2048.render.window import Window

BOARD = rules.starting_board(4)


def test_modes():
    assert RENDER_MODES == ["human", "rgb_array", "ansi"]


def test_rgb_array_keeps_the_best_score(no_display):
    renderer = Renderer("rgb_array", 4)
    assert np.array_equal(renderer.render(BOARD, 100), Painter().frame(BOARD, 100, 100))
    assert np.array_equal(renderer.render(BOARD, 8), Painter().frame(BOARD, 8, 100))
    renderer.close()
    renderer.close()


def test_ansi(no_display):
    text = Renderer("ansi", 4).render(BOARD, 100)
    assert isinstance(text, str) and text.startswith("Score 100   Best 100\n")


def test_human(dummy_display, monkeypatch):
    shown = []
    show = Window.show

    def record(self, board, score, best, notes):
        shown.append((board.tolist(), score, best, notes.headline if notes else ""))
        show(self, board, score, best, notes)

    monkeypatch.setattr(Window, "show", record)
    renderer = Renderer("human", 2)
    before = np.array([[1, 2], [3, 3]], np.uint8)
    dead = np.array([[1, 2], [4, 1]], np.uint8)
    renderer.show(before, 0)
    assert renderer.render(before, 0) is None
    renderer.animate(before, rules.LEFT, dead, 16)
    renderer.show(before, 0)
    assert shown == [
        (before.tolist(), 0, 0, ""),
        (before.tolist(), 0, 0, ""),
        (dead.tolist(), 16, 16, "Game over!"),
        (before.tolist(), 0, 16, ""),
    ]
    renderer.close()
    renderer.close()
    assert not pygame.display.get_init()


def test_a_window_closed_by_the_user_stays_closed(dummy_display):
    renderer = Renderer("human", 4)
    renderer.show(BOARD, 0)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    for _ in range(3):
        assert renderer.render(BOARD, 0) is None
    assert not pygame.display.get_init()


def test_human_without_a_display(no_display):
    with pytest.raises(DisplayError):
        Renderer("human", 4).render(BOARD, 0)
