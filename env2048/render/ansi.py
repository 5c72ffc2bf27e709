"""Boards as text, in colour where the terminal has colours. No pygame."""

import os
import sys
from typing import Literal

from env2048.board import MAX_EXPONENT, Board
from env2048.render import theme
from env2048.render.theme import Color

ColorDepth = Literal["none", "256", "truecolor"]

_BOX = "┌┬┐├┼┤└┴┘─│"
_ASCII_BOX = "+++++++++-|"
"""The same lines for outputs whose encoding lacks them."""

_RESET = "\x1b[0m"
_CUBE_LEVELS = (0, 95, 135, 175, 215, 255)
"""The shades of each component in the 6 x 6 x 6 colour cube of 256-colour terminals."""


def ansi(
    board: Board, score: int | None = None, best: int | None = None, color: bool | None = None
) -> str:
    """A board as a table of face values, with the scores above it.

    Args:
        board: exponents, uint8 [size, size].
        score: written above the board, if given.
        best: the best score, likewise.
        color: whether to colour the tiles; by `color_depth()` if None.

    Returns:
        Several lines, without a line end after the last.

    Raises:
        ValueError: if there is a tile above 131072.

    Example:
        >>> import numpy as np
        >>> print(ansi(np.array([[1, 0], [11, 2]], dtype=np.uint8), score=20, color=False))
        Score 20
        ┌──────┬──────┐
        │    2 │      │
        ├──────┼──────┤
        │ 2048 │    4 │
        └──────┴──────┘
    """
    largest = int(board.max())
    if largest > MAX_EXPONENT:
        raise ValueError(f"the largest tile is 2^{MAX_EXPONENT}, not 2^{largest}")
    depth = color_depth() if color is None else _wanted_depth() if color else "none"
    lines = _BOX if _can_encode(_BOX) else _ASCII_BOX
    width = max(4, len(str(1 << largest)))
    bar, side = lines[9] * (width + 2), lines[10]
    tops = [
        lines[start] + lines[start + 1].join([bar] * len(board)) + lines[start + 2]
        for start in (0, 3, 6)
    ]
    rows = [
        side + side.join(_tile(int(tile), width, depth) for tile in row) + side for row in board
    ]
    numbers = [
        f"{name} {number}"
        for name, number in (("Score", score), ("Best", best))
        if number is not None
    ]
    header = ["   ".join(numbers)] if numbers else []
    return "\n".join([*header, tops[0], f"\n{tops[1]}\n".join(rows), tops[2]])


def _tile(exponent: int, width: int, depth: ColorDepth) -> str:
    text = f" {1 << exponent if exponent else '':>{width}} "
    if not exponent or depth == "none":
        return text
    foreground = _color_code(theme.text_color(exponent), depth)
    background = _color_code(theme.TILES[exponent], depth)
    return f"\x1b[1;38;{foreground};48;{background}m{text}{_RESET}"


def _color_code(color: Color, depth: ColorDepth) -> str:
    if depth == "truecolor":
        return "2;" + ";".join(map(str, color))
    red, green, blue = (min(range(6), key=lambda i: abs(_CUBE_LEVELS[i] - part)) for part in color)
    return f"5;{16 + 36 * red + 6 * green + blue}"


def color_depth() -> ColorDepth:
    """The colours that stdout is to get.

    None if NO_COLOR is set; otherwise colours if FORCE_COLOR is set (and not 0), or if stdout is a
    terminal that has them. 24-bit colours where COLORTERM promises them, else 256.
    """
    if os.environ.get("NO_COLOR"):
        return "none"
    force = os.environ.get("FORCE_COLOR", "")
    if force:
        return "none" if force.lower() in ("0", "false") else _wanted_depth()
    return _wanted_depth() if _is_color_terminal() else "none"


def _is_color_terminal() -> bool:
    if sys.stdout is None or not sys.stdout.isatty():
        return False
    if "WT_SESSION" in os.environ:  # Windows Terminal, which sets no TERM
        return True
    return os.environ.get("TERM", "") not in ("", "dumb")


def _wanted_depth() -> ColorDepth:
    rich = os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")
    return "truecolor" if rich or os.environ.get("FORCE_COLOR") == "3" else "256"


def _can_encode(text: str) -> bool:
    """Whether stdout can show a text; if it does not tell, it can."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True
