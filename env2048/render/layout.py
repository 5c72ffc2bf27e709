"""Where everything is in a picture: whole pixels for any board size and scale. No pygame."""

from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 500, 600
"""The picture at scale 1, in pixels, for every board size: larger boards have smaller cells."""

LARGEST_SIZE = 64
"""Boards with longer sides have cells too small to be seen."""

_BOARD_SIDE = 460
_BOARD_MIDDLE = 336
_LARGEST_GAP = 14
_GAP_SHARE = 0.107


class Box(NamedTuple):
    """A rectangle in pixels: left and top edge, width and height."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of the box."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.top + self.height

    @property
    def center(self) -> tuple[float, float]:
        """The middle of the box, (x, y)."""
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True)
class Layout:
    """The geometry of a picture of a board with `size` rows, `scale` times 500 x 600 pixels.

    From top to bottom: the title and the score boxes, one line for the status, the board, and a
    strip for the values of the four moves. Nothing overlaps.

    Attributes:
        size: rows (and columns) of the board, 2 to 64.
        scale: 1.0 for 500 x 600 pixels.
        gap: pixels between two cells.
        cell: pixels along the side of a cell.

    Raises:
        ValueError: if a board of this size cannot be drawn, or the scale is not positive.
    """

    size: int
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 2 <= self.size <= LARGEST_SIZE:
            raise ValueError(
                f"boards of 2 to {LARGEST_SIZE} rows can be drawn, not of {self.size!r}"
            )
        if not self.scale > 0:
            raise ValueError(f"scale must be positive, not {self.scale!r}")

    def px(self, length: float) -> int:
        """A length at scale 1 in whole pixels of this picture, at least 1."""
        return max(1, round(length * self.scale))

    @property
    def width(self) -> int:
        """Width of the picture in pixels."""
        return self.px(WIDTH)

    @property
    def height(self) -> int:
        """Height of the picture in pixels."""
        return self.px(HEIGHT)

    @property
    def gap(self) -> int:
        """Pixels between two cells, and between the cells and the edge of the board."""
        return self.px(min(_LARGEST_GAP, _GAP_SHARE * _BOARD_SIDE / self.size))

    @property
    def cell(self) -> int:
        """Pixels along the side of a cell."""
        return max(1, (self.px(_BOARD_SIDE) - (self.size + 1) * self.gap) // self.size)

    @property
    def pitch(self) -> int:
        """Pixels from one cell to the next."""
        return self.cell + self.gap

    @property
    def board(self) -> Box:
        """The board with its border."""
        side = self.size * self.pitch + self.gap
        return Box((self.width - side) // 2, self.px(_BOARD_MIDDLE) - side // 2, side, side)

    @property
    def board_radius(self) -> int:
        """Radius of the board's corners: never so large that a corner's cell would stick out."""
        return min(self.px(6), 2 * self.gap)

    @property
    def cell_radius(self) -> int:
        """Radius of the corners of cells and tiles."""
        return max(1, round(self.cell * 0.045)) if self.cell >= 8 else 0

    def corner(self, row: float, column: float) -> tuple[int, int]:
        """The upper left pixel of a cell, (x, y); a sliding tile has fractional row or column."""
        board = self.board
        return (
            board.left + self.gap + round(column * self.pitch),
            board.top + self.gap + round(row * self.pitch),
        )

    @property
    def title(self) -> Box:
        """The title, at the left of the header."""
        return Box(self.board.left, self.px(16), self.px(130), self.px(56))

    def score_box(self, index: int) -> Box:
        """The box of a number in the header; index 0 is the rightmost."""
        width, space = self.px(112), self.px(8)
        left = self.board.right - width - index * (width + space)
        return Box(left, self.px(16), width, self.px(56))

    @property
    def status(self) -> Box:
        """The line between header and board."""
        top = self.px(76)
        return Box(self.board.left, top, self.board.width, self.px(104) - top)

    def value_box(self, index: int) -> Box:
        """One of four places in the strip below the board, from left to right."""
        space = self.px(8)
        width = (self.board.width - 3 * space) // 4
        return Box(self.board.left + index * (width + space), self.px(571), width, self.px(24))
