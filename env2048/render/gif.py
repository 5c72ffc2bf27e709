"""Animated GIFs of games, of bounded length and size."""

import io
import os
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image

from env2048.board import Board
from env2048.files import atomic_path
from env2048.render import theme
from env2048.render.notes import Notes
from env2048.render.painter import Painter
from env2048.render.theme import Color

MAX_FRAMES = 300
MAX_BYTES = 3_000_000

_SCALE = 0.5
_OPENING, _ENDING = 20, 60
_BEFORE_MILESTONE = 3
_FIRST_MILESTONE = 9
"""The first tile 512 and each larger one is a milestone."""

_MOVE_MS, _SKIP_MS, _MILESTONE_MS, _LAST_MS = 160, 80, 800, 3000

Position = tuple[Board, int]
"""A board (exponents, uint8 [size, size]) and the score."""


def write_gif(
    path: str | os.PathLike[str],
    positions: Iterable[Position],
    *,
    last_notes: Notes | None = None,
    max_frames: int = MAX_FRAMES,
    max_bytes: int = MAX_BYTES,
) -> list[int]:
    """Writes the positions of a game as an animated GIF of 250 x 300 pixels that repeats for ever.

    A game of up to 300 positions is shown in full. Of a longer one it shows the first 20 positions,
    the last 60, the moves that lead to the first 512, 1024, 2048 and so on, and evenly chosen
    positions between them, which pass faster. Should the file become larger than `max_bytes`, it
    is made again with fewer frames. It is written to a temporary file and then renamed.

    Args:
        path: the file to write.
        positions: every position of the game in order, the start first.
        last_notes: what to write on the last picture, as `Notes(headline=theme.GAME_OVER)`.
        max_frames: the most pictures.
        max_bytes: the largest file.

    Returns:
        The indices of the positions shown.

    Raises:
        ValueError: if there are no positions.
        OSError: if the file cannot be written.
    """
    game = list(positions)
    if not game:
        raise ValueError("a GIF needs at least one position")
    milestones = find_milestones([board for board, _ in game])
    while True:
        shown = select_positions(len(game), max_frames, milestones)
        data = _encode(game, shown, milestones, last_notes)
        if len(data) <= max_bytes or len(shown) == 1:
            break
        # The size is about in proportion to the frames: a little less than proportion demands.
        max_frames = max(1, int(0.9 * len(shown) * max_bytes / len(data)))
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
    return shown


def select_positions(
    count: int, max_frames: int = MAX_FRAMES, milestones: Sequence[int] = ()
) -> list[int]:
    """Chooses which positions of a game to show.

    Args:
        count: how many positions there are, at least 1.
        max_frames: the most to choose, at least 1.
        milestones: indices of positions to be shown with the three before and the one after.

    Returns:
        Indices, ascending, all of them if `count` is at most `max_frames`. The last one is always
        chosen, the first one if there is more than one. Less than 300 frames keep shorter parts.
    """
    if count <= max_frames:
        return list(range(count))
    if max_frames == 1:
        return [count - 1]
    share = min(1.0, max_frames / MAX_FRAMES)
    opening, ending = max(1, int(_OPENING * share)), max(1, int(_ENDING * share))
    chosen = {*range(opening), *range(count - ending, count)}
    # The latest milestones are the largest tiles: they come first while there is room.
    for milestone in sorted(milestones, reverse=True):
        around = {*range(max(0, milestone - _BEFORE_MILESTONE), min(count, milestone + 2))}
        if len(chosen | around) <= max_frames:
            chosen |= around
    left = np.array([index for index in range(count) if index not in chosen])
    take = max_frames - len(chosen)
    evenly = (
        left[((np.arange(take) + 0.5) * len(left) / take).astype(np.int64)] if take else left[:0]
    )
    return sorted(chosen | set(evenly.tolist()))


def find_milestones(boards: Sequence[Board]) -> list[int]:
    """The indices of the boards with the first tile 512, 1024 and so on; not those at the start."""
    largest = [int(board.max()) for board in boards]
    milestones, record = [], max(largest[0], _FIRST_MILESTONE - 1)
    for index, exponent in enumerate(largest):
        if exponent > record:
            record = exponent
            milestones.append(index)
    return milestones


def _encode(
    game: Sequence[Position],
    shown: Sequence[int],
    milestones: Sequence[int],
    last_notes: Notes | None,
) -> bytes:
    """The bytes of the GIF."""
    painter = Painter(len(game[0][0]), _SCALE)
    palette = _palette()
    frames = []
    for index in shown:
        board, score = game[index]
        notes = last_notes if index == len(game) - 1 else None
        picture = Image.fromarray(painter.frame(board, score, notes=notes))
        frames.append(picture.quantize(palette=palette, dither=Image.Dither.NONE))
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=frames[1:],
        duration=_durations(shown, milestones),
        loop=0,
        optimize=False,
    )
    return buffer.getvalue()


def _durations(shown: Sequence[int], milestones: Sequence[int]) -> list[int]:
    """How long each frame stays, in milliseconds."""
    last = len(shown) - 1
    durations = []
    for i, index in enumerate(shown):
        if i == last:
            durations.append(_LAST_MS)
        elif index in milestones:
            durations.append(_MILESTONE_MS)
        else:
            durations.append(_MOVE_MS if shown[i + 1] == index + 1 else _SKIP_MS)
    return durations


def _palette() -> Image.Image:
    """The colours of the drawings, and steps between those that meet at the edges of letters."""
    tiles = [(tile, theme.text_color(exponent)) for exponent, tile in enumerate(theme.TILES)]
    colors = [theme.GLOW]
    colors += _blends((theme.PAGE, theme.DARK_TEXT), (theme.BOARD, theme.SCORE_TEXT))
    colors += _blends((theme.BOARD, theme.SCORE_LABEL), (theme.BOARD, theme.PAGE), *tiles)
    colors += _blends(*((theme.BOARD, tile) for tile in theme.TILES), steps=4)
    for *veil, alpha in (theme.GAME_OVER_VEIL, theme.YOU_WIN_VEIL):
        share, over = alpha / 255, (veil[0], veil[1], veil[2])
        colors += [_mix(tile, over, share) for tile in (theme.BOARD, *theme.TILES)]
        colors += _blends((over, theme.DARK_TEXT), (over, theme.LIGHT_TEXT), steps=4)
    unique = list(dict.fromkeys(colors))[:256]
    image = Image.new("P", (1, 1))
    image.putpalette([part for color in unique for part in color])
    return image


def _blends(*pairs: tuple[Color, Color], steps: int = 6) -> list[Color]:
    """Colours at equal steps from the first to the second of each pair, both included."""
    return [_mix(a, b, step / (steps - 1)) for a, b in pairs for step in range(steps)]


def _mix(start: Color, end: Color, share: float) -> Color:
    red, green, blue = (round((1 - share) * a + share * b) for a, b in zip(start, end, strict=True))
    return red, green, blue
