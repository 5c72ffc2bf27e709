"""Colours, timings and wording of the drawings: data only.

Colours and timings are those of Gabriele Cirulli's web game (2014, MIT licence). It paints every
tile past 2048 alike; here each up to 131072 has its own colour, and the darkest is the largest.
"""

from typing import Final

Color = tuple[int, int, int]

PAGE: Final[Color] = (250, 248, 239)
BOARD: Final[Color] = (187, 173, 160)
EMPTY_CELL: Final[Color] = (205, 193, 180)
"""rgba(238, 228, 218, 0.35) over the board's colour."""

DARK_TEXT: Final[Color] = (119, 110, 101)
LIGHT_TEXT: Final[Color] = (249, 246, 242)
SCORE_LABEL: Final[Color] = (238, 228, 218)
SCORE_TEXT: Final[Color] = (255, 255, 255)
BUTTON: Final[Color] = (143, 122, 102)
HIGHLIGHT: Final[Color] = (245, 149, 99)
"""The move that is best, or hinted at."""

TILES: Final[tuple[Color, ...]] = (
    EMPTY_CELL,
    (238, 228, 218),  # 2
    (237, 224, 200),  # 4
    (242, 177, 121),  # 8
    (245, 149, 99),  # 16
    (246, 124, 95),  # 32
    (246, 94, 59),  # 64
    (237, 207, 114),  # 128
    (237, 204, 97),  # 256
    (237, 200, 80),  # 512
    (237, 197, 63),  # 1024
    (237, 194, 46),  # 2048
    (128, 168, 62),  # 4096
    (61, 145, 96),  # 8192
    (38, 139, 153),  # 16384
    (61, 108, 181),  # 32768
    (146, 70, 150),  # 65536
    (60, 58, 50),  # 131072, the original's colour of every tile past 2048
)
"""The colour of each exponent; index 0 is the empty cell."""

FIRST_LIGHT_TEXT: Final = 3
"""Tiles from this exponent on (8 and up) carry light text, smaller ones dark text."""

GLOW: Final[Color] = (243, 215, 116)
FIRST_GLOWING: Final = 7
LAST_GLOWING: Final = 11
"""The tiles 128 to 2048 glow, each more than the one before."""

SLIDE_MS: Final = 100.0
"""How long tiles slide, in milliseconds; then merged tiles pop and new ones appear."""

POP_MS: Final = 200.0
APPEAR_MS: Final = 200.0
POP_SCALE: Final = 1.2
"""How far a merged tile overshoots its size, half-way through its pop."""

GAME_OVER: Final = "Game over!"
GAME_OVER_VEIL: Final = (238, 228, 218, 186)
"""What is laid over a lost board, RGBA."""

YOU_WIN: Final = "You win!"
YOU_WIN_VEIL: Final = (237, 194, 46, 170)

MOVE_KEYS: Final[tuple[tuple[int, int, int], ...]] = (
    (1073741906, ord("w"), ord("k")),
    (1073741903, ord("d"), ord("l")),
    (1073741905, ord("s"), ord("j")),
    (1073741904, ord("a"), ord("h")),
)
"""The key codes (pygame's) of up, right, down and left: arrow, WASD, HJKL."""


def text_color(exponent: int) -> Color:
    """The colour of the number on a tile."""
    return LIGHT_TEXT if exponent >= FIRST_LIGHT_TEXT else DARK_TEXT


def glow_strength(exponent: int) -> float:
    """How much a tile glows, 0 (not at all) to 1 (the tile 2048)."""
    if FIRST_GLOWING <= exponent <= LAST_GLOWING:
        return (exponent - 4) / (LAST_GLOWING - 4)
    return 0.0
