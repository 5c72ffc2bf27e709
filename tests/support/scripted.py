"""A person at the window, played by a script: which keys are pressed, and what was shown."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from env2048.board import Board
from env2048.render import Notes, Window


class Picture(NamedTuple):
    board: Board
    score: int
    best: int | None
    notes: Notes


class Clock:
    """Time that passes only while a window waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


class Script:
    """Replaces the keys, the waiting and the moving tiles of all windows.

    `keys` are what a window finds when it looks for keys, one entry for each look: names with
    spaces between them, "" for none, "close" to close the window. Afterwards Esc is pressed.

    Attributes:
        pictures: what windows have shown.
        clock: the time that `agents.window.watch` goes by.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
        self.pictures: list[Picture] = []
        self.clock = Clock()
        self._keys: Iterator[str] = iter(keys)
        show = Window.show
        monkeypatch.setattr("agents.window.watch.time", self.clock)
        monkeypatch.setattr(Window, "keys", lambda window: self._next_keys(window))
        monkeypatch.setattr(Window, "wait", lambda window, seconds: self._wait(seconds))

        def record(window, board, score, best=None, notes=None):
            self.pictures.append(Picture(board.copy(), score, best, notes))
            show(window, board, score, best, notes)

        monkeypatch.setattr(Window, "show", record)
        monkeypatch.setattr(Window, "_play", lambda *arguments: None)

    def _next_keys(self, window: Window) -> list[str]:
        keys = next(self._keys, "escape").split()
        if keys == ["close"]:
            window.close()
            return []
        return keys

    def _wait(self, seconds: float) -> None:
        self.clock.now += max(seconds, 1e-4)

    @property
    def last(self) -> Picture:
        return self.pictures[-1]
