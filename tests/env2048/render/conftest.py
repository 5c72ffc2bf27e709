import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from env2048 import board as rules
from env2048.board import Board

Step = tuple[Board, int, Board, int]  # before, action, after, score


@pytest.fixture
def play() -> Callable[..., list[Step]]:
    """Plays legal moves at random and returns every step."""

    def game(seed: int, size: int = 4, steps: int = 10**6) -> list[Step]:
        rng = np.random.default_rng(seed)
        board, score = rules.starting_board(seed, size), 0
        played: list[Step] = []
        while len(played) < steps and (legal := np.flatnonzero(rules.legal_moves(board))).size:
            action = int(rng.choice(legal))
            afterstate, reward = rules.move(board, action)
            spawn = rules.next_spawn(afterstate, seed, len(played) + 2)
            after, score = rules.place(afterstate, spawn), score + reward
            played.append((board, action, after, score))
            board = after
        return played

    return game


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A Linux machine with neither a display nor a wish for one."""
    monkeypatch.setattr("sys.platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


@pytest.fixture
def dummy_display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A display that shows nothing, closed again after the test."""
    monkeypatch.setitem(os.environ, "SDL_VIDEODRIVER", "dummy")
    yield
    from env2048.render.backend import pygame

    pygame.display.quit()
