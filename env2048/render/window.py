"""A window that shows boards and animates moves (pygame)."""

import time
import weakref
from collections import deque
from types import TracebackType
from typing import Self

from env2048.board import Board
from env2048.render.animation import Animation, animate_move, animate_start
from env2048.render.backend import pygame
from env2048.render.display import no_display, requested_drivers, require_display
from env2048.render.keyboard import key_name
from env2048.render.layout import HEIGHT, WIDTH
from env2048.render.notes import Notes
from env2048.render.painter import Painter
from env2048.render.theme import PAGE

_UNSEEN_DRIVERS = ("dummy", "offscreen", "evdev")
"""Drivers that SDL may fall back to, and that show nothing."""

_SCALES = (0.2, 8.0)
_NAP = 0.02
"""Seconds between two looks at the events while waiting."""

_open_windows: "weakref.WeakSet[Window]" = weakref.WeakSet()


class Window:
    """A resizable window for boards of one size.

    Every method that draws or waits also handles the window's events, so that it never freezes.
    When the user closes it, `closed` becomes true and all methods do nothing from then on. pygame
    has one window per process: several `Window`s draw into the same one, which goes with the last.

    Args:
        size: rows of the boards.
        title: of the window.
        fps: pictures per second while tiles move.

    Attributes:
        closed: whether `close` was called or the user closed the window.

    Raises:
        env2048.errors.DisplayError: if there is no display.
    """

    def __init__(self, size: int = 4, title: str = "2048", fps: int = 60) -> None:
        require_display()
        self.closed = False
        self._size = size
        self._fps = fps
        self._painter = Painter(size)
        self._clock = pygame.time.Clock()
        self._keys: deque[str] = deque(maxlen=64)
        self._key_presses = 0
        self._shown: tuple[Board, int, int | None, Notes | None] | None = None
        self._open(title)
        _open_windows.add(self)

    def _open(self, title: str) -> None:
        try:
            pygame.display.init()
            pygame.display.set_caption(title)
            pygame.display.set_icon(self._painter.icon())
            pygame.display.set_mode((WIDTH, HEIGHT), pygame.RESIZABLE)
            driver = pygame.display.get_driver().lower()
        except pygame.error as error:
            raise no_display(str(error)) from None
        if driver in _UNSEEN_DRIVERS and driver not in requested_drivers():
            pygame.display.quit()
            raise no_display("the display that the environment names does not answer")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def show(
        self, board: Board, score: int, best: int | None = None, notes: Notes | None = None
    ) -> None:
        """Shows a position at once.

        Args:
            board: exponents, uint8 [size, size].
            score: the number in the score box.
            best: the number in the best box; no such box if None.
            notes: what to write around and over the board.
        """
        self._handle_events(repaint=False)
        self._shown = (board.copy(), score, best, notes)
        self._repaint()

    def animate(
        self,
        before: Board,
        action: int,
        after: Board,
        score: int,
        best: int | None = None,
        notes: Notes | None = None,
        duration_scale: float = 1.0,
    ) -> None:
        """Shows a move: tiles slide, merged ones pop, the new one appears; then shows `after`.

        It takes 0.1 to 0.3 seconds. A key that is pressed meanwhile cuts it short.

        Args:
            before: the board before the move, uint8 [size, size].
            action: 0 up, 1 right, 2 down, 3 left. A move that changes nothing animates nothing.
            after: the board after it, with or without the new tile.
            score: the score after the move.
            best: as for `show`.
            notes: as for `show`.
            duration_scale: 1 for the original's speed, 0 for no animation at all.

        Raises:
            ValueError: if `after` does not follow from `before` by this move.
        """
        if duration_scale > 0:
            self._play(animate_move(before, action, after), score, best, notes, duration_scale)
        self.show(after, score, best, notes)

    def animate_start(
        self,
        board: Board,
        score: int = 0,
        best: int | None = None,
        notes: Notes | None = None,
        duration_scale: float = 1.0,
    ) -> None:
        """Shows a new game: its tiles appear. Arguments as for `animate`."""
        if duration_scale > 0:
            self._play(animate_start(board), score, best, notes, duration_scale)
        self.show(board, score, best, notes)

    def keys(self) -> list[str]:
        """The keys pressed since the last call, in order.

        Letters and signs as typed, in lower case ("v", "+"); others by pygame's name: "up",
        "right", "down", "left", "space", "return", "escape".
        """
        self._handle_events()
        keys = list(self._keys)
        self._keys.clear()
        return keys

    def wait(self, seconds: float) -> None:
        """Handles events for a time; returns early when a key is pressed or the window closes."""
        end = time.perf_counter() + seconds
        while True:
            self._handle_events()
            left = end - time.perf_counter()
            if self.closed or self._keys or left <= 0:
                return
            time.sleep(min(left, _NAP))

    def close(self) -> None:
        """Closes the window. May be called twice."""
        if self.closed:
            return
        self.closed = True
        _open_windows.discard(self)
        if not _open_windows:
            pygame.display.quit()

    def _play(
        self,
        animation: Animation,
        score: int,
        best: int | None,
        notes: Notes | None,
        duration_scale: float,
    ) -> None:
        presses = self._key_presses
        start = time.perf_counter()
        elapsed = 0.0
        while elapsed < animation.duration:
            self._handle_events(repaint=False)
            if self.closed or self._key_presses != presses:
                return
            sprites = animation.at(elapsed)
            self._present(self._painter.paint_motion(sprites, score, best, notes))
            self._clock.tick(self._fps)
            elapsed = 1000 * (time.perf_counter() - start) / duration_scale

    def _handle_events(self, repaint: bool = True) -> None:
        """Takes in what happened to the window; `repaint` unless a new picture follows at once."""
        if self.closed:
            return
        if pygame.display.get_surface() is None:  # someone else has called pygame.quit()
            self.close()
            return
        damaged = False
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                for window in list(_open_windows):  # they share what the user has closed
                    window.close()
                return
            if event.type == pygame.KEYDOWN:
                self._take_key(key_name(event))
            damaged |= event.type in (pygame.VIDEORESIZE, pygame.WINDOWEXPOSED)
        if damaged and repaint:
            self._repaint()

    def _take_key(self, name: str) -> None:
        if name:
            self._key_presses += 1
            self._keys.append(name)

    def _repaint(self) -> None:
        if self._shown is not None and not self.closed:
            self._fit()
            self._present(self._painter.paint(*self._shown))

    def _fit(self) -> None:
        """Draws in the scale at which the picture just fits into the window."""
        width, height = pygame.display.get_window_size()
        low, high = _SCALES
        scale = min(max(min(width / WIDTH, height / HEIGHT), low), high)
        if scale != self._painter.layout.scale:
            self._painter = Painter(self._size, scale)

    def _present(self, picture: pygame.Surface) -> None:
        """Brings a picture to the screen, in the middle of it."""
        screen = pygame.display.get_surface()
        assert screen is not None
        left = (screen.get_width() - picture.get_width()) // 2
        top = (screen.get_height() - picture.get_height()) // 2
        screen.fill(PAGE)
        screen.blit(picture, (left, top))
        pygame.display.flip()
