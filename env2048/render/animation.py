"""From one board to the next: which tiles slide, pop and appear, and where each is at a time.

Pure geometry, no drawing. The rules come from `env2048.board`; the timings are in `theme`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from env2048 import board as rules
from env2048.board import Board
from env2048.render import theme


class Sprite(NamedTuple):
    """A tile to draw: rows and columns are fractional while it slides.

    `scale` is its side in cells (1 at rest), `opacity` 0 (invisible) to 1.
    """

    exponent: int
    row: float
    column: float
    scale: float = 1.0
    opacity: float = 1.0


class Slide(NamedTuple):
    """A tile on its way from one cell (row, column) to another; they are the same if it rests.

    `merges` is true if it ends in a merged tile and so vanishes under it.
    """

    exponent: int
    start: tuple[int, int]
    end: tuple[int, int]
    merges: bool


class Placed(NamedTuple):
    """A tile that comes into being on a cell."""

    exponent: int
    row: int
    column: int


@dataclass(frozen=True)
class Animation:
    """What happens between two boards.

    Attributes:
        slides: every tile of the first board, resting ones included.
        merges: the tiles made by merging; they pop when the sliding has ended.
        spawns: the new tiles; they appear when the sliding has ended.
    """

    slides: tuple[Slide, ...]
    merges: tuple[Placed, ...]
    spawns: tuple[Placed, ...]

    @property
    def duration(self) -> float:
        """Milliseconds until everything rests."""
        pop = theme.POP_MS if self.merges else 0.0
        appear = theme.APPEAR_MS if self.spawns else 0.0
        return self._slide_time + max(pop, appear)

    @property
    def _slide_time(self) -> float:
        moving = any(slide.start != slide.end for slide in self.slides)
        return theme.SLIDE_MS if moving else 0.0

    def at(self, milliseconds: float) -> list[Sprite]:
        """The tiles to draw at a time after the start, those at the bottom first.

        At 0 they are the first board, from `duration` on they are the second.
        """
        since_slide = milliseconds - self._slide_time
        popped = since_slide >= theme.POP_MS
        sprites = self._sliding(milliseconds, without_merging=popped)
        if since_slide >= 0:
            appearing = EASE(since_slide / theme.APPEAR_MS)
            sprites += [Sprite(*tile, scale=appearing, opacity=appearing) for tile in self.spawns]
            size = pop_scale(since_slide / theme.POP_MS)
            sprites += [Sprite(*tile, scale=size) for tile in self.merges]
        return sprites

    def _sliding(self, milliseconds: float, without_merging: bool) -> list[Sprite]:
        """The tiles of the first board, resting ones first: moving tiles pass above them."""
        way = EASE_IN_OUT(milliseconds / self._slide_time) if self._slide_time else 1.0
        resting: list[Sprite] = []
        moving: list[Sprite] = []
        for exponent, start, end, merges in self.slides:
            if merges and without_merging:
                continue
            row = start[0] + way * (end[0] - start[0])
            column = start[1] + way * (end[1] - start[1])
            (resting if start == end else moving).append(Sprite(exponent, row, column))
        return resting + moving


def animate_move(before: Board, action: int, after: Board) -> Animation:
    """The animation of one move.

    Args:
        before: exponents, uint8 [size, size].
        action: 0 up, 1 right, 2 down, 3 left. A move that changes nothing animates nothing.
        after: the board after the move, with the new tile or (an afterstate) without.

    Raises:
        ValueError: if `after` is not `before` moved by `action`, with one new tile at most.
    """
    afterstate, _ = rules.move(before, action)
    new = np.argwhere(after != afterstate)
    if after.shape != before.shape or len(new) > 1 or any(afterstate[tuple(at)] for at in new):
        raise ValueError(
            f"the board after move {rules.DIRECTIONS[action]} does not follow from the one before"
        )
    slides: list[Slide] = []
    merges: list[Placed] = []
    # Seen from the side towards which the tiles slide, every move is a move to the left.
    cells = np.rot90(np.arange(before.size).reshape(before.shape), action + 1)
    for line in cells:
        _trace_line(before, afterstate, line.tolist(), slides, merges)
    spawns = tuple(Placed(int(after[tuple(at)]), *map(int, at)) for at in new)
    return Animation(tuple(slides), tuple(merges), spawns)


def animate_start(board: Board) -> Animation:
    """The animation of a new game: every tile appears."""
    tiles = np.argwhere(board)
    return Animation((), (), tuple(Placed(int(board[tuple(at)]), *map(int, at)) for at in tiles))


def _trace_line(
    before: Board,
    afterstate: Board,
    line: list[int],
    slides: list[Slide],
    merges: list[Placed],
) -> None:
    """Finds where the tiles of one line go, from where the rules say that they end.

    Args:
        before: the board before the move.
        afterstate: the board after it.
        line: the cells of the line, the one towards which the tiles slide first.
        slides: the tiles' ways are appended here.
        merges: the merged tiles are appended here.
    """
    places = [divmod(cell, len(before)) for cell in line]
    sources = [place for place in places if before[place]]
    for end in places:
        exponent = int(afterstate[end])
        if not exponent:
            break
        # A tile that is not the next one itself was made of the next two.
        merged = exponent != before[sources[0]]
        for _ in range(1 + merged):
            start = sources.pop(0)
            slides.append(Slide(int(before[start]), start, end, merged))
        if merged:
            merges.append(Placed(exponent, *end))


def pop_scale(progress: float) -> float:
    """The size of a popping tile: from nothing to 1.2 half-way, then back to 1."""
    if progress < 0.5:
        return theme.POP_SCALE * EASE(2 * progress)
    return theme.POP_SCALE + (1 - theme.POP_SCALE) * EASE(2 * progress - 1)


def cubic_bezier(x1: float, y1: float, x2: float, y2: float) -> Callable[[float], float]:
    """A timing curve as defined by CSS: from (0, 0) to (1, 1) with two control points.

    Returns:
        A function from the share of time passed (clipped to 0..1) to the share of the way covered.
    """

    def coordinate(p1: float, p2: float, t: float) -> float:
        return 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3

    def curve(x: float) -> float:
        if x <= 0 or x >= 1:
            return float(x > 0)
        low, high = 0.0, 1.0
        for _ in range(20):  # x grows with t, so halving the interval finds t to a millionth
            t = (low + high) / 2
            low, high = (t, high) if coordinate(x1, x2, t) < x else (low, t)
        return coordinate(y1, y2, high)

    return curve


EASE = cubic_bezier(0.25, 0.1, 0.25, 1.0)
EASE_IN_OUT = cubic_bezier(0.42, 0.0, 0.58, 1.0)
