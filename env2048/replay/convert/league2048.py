"""2048league text: one character per tile, the first two for the starting tiles.

The code of a character is 32 * direction + 16 * (is a 4) + 4 * column + row, where direction is
that of the move before the tile: 0 up, 1 right, 2 down, 3 left. A starting tile has no move before
it: it is written with direction 0, and its direction is not looked at when read.
"""

from env2048.board import DIRECTIONS, STARTING_TILES, Spawn
from env2048.errors import ReplayError
from env2048.replay.codec import encode_spawn
from env2048.replay.frames import frames
from env2048.replay.model import MAX_MOVES, Replay
from env2048.replay.recorder import replay_from_spawns
from env2048.replay.verify import verify

_SIZE = 4
CHARACTERS = "".join(map(chr, range(0x20, 0x7F))) + "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒá"
"""The 128 characters by code."""


def to_2048league(replay: Replay) -> str:
    """The game as 2048league text, without a newline; starting tiles in the order of their cells.

    Raises:
        ReplayError: if the replay is wrong, not on a 4x4 board, or does not start with two tiles,
            each a 2 or a 4.
    """
    if replay.size != _SIZE:
        raise ReplayError(f"2048league plays on 4x4 boards only, not {replay.size}x{replay.size}")
    start = replay.start_board().ravel()
    tiles = [Spawn(int(cell), int(start[cell])) for cell in start.nonzero()[0]]
    if len(tiles) != STARTING_TILES or any(tile.exponent > 2 for tile in tiles):
        raise ReplayError("a 2048league game starts with two tiles, each a 2 or a 4")
    verify(replay)
    characters = [_character(0, tile) for tile in tiles]
    characters += [_character(frame.action, frame.spawn) for frame in frames(replay)]
    return "".join(characters)


def from_2048league(text: str) -> Replay:
    """The replay of a 2048league game. It has no agent, seed or key; `ended` is "dead" or "quit".

    Args:
        text: the characters, with or without a newline after them. Spaces count.

    Raises:
        ReplayError: naming the first character or move that is wrong.
    """
    text = text.rstrip("\r\n")
    if len(text) < STARTING_TILES:
        raise ReplayError("expected two starting tiles and one character per move")
    if len(text) > STARTING_TILES + MAX_MOVES:
        raise ReplayError(f"{len(text):,} characters are more than any game has tiles")
    tiles = [_decode(position, character) for position, character in enumerate(text, start=1)]
    start = [[0] * _SIZE for _ in range(_SIZE)]
    for _, spawn in tiles[:STARTING_TILES]:
        row, column = divmod(spawn.cell, _SIZE)
        if start[row][column]:
            raise ReplayError(f"both starting tiles are on cell {spawn.cell}")
        start[row][column] = spawn.exponent
    played = tiles[STARTING_TILES:]
    return replay_from_spawns(
        tuple(map(tuple, start)),
        "".join(DIRECTIONS[action] for action, _ in played),
        "".join(encode_spawn(spawn) for _, spawn in played),
    )


def _character(action: int, spawn: Spawn) -> str:
    row, column = divmod(spawn.cell, _SIZE)
    return CHARACTERS[32 * action + 16 * (spawn.exponent - 1) + 4 * column + row]


_TILES = {
    _character(action, Spawn(cell, exponent)): (action, Spawn(cell, exponent))
    for action in range(4)
    for cell in range(_SIZE * _SIZE)
    for exponent in (1, 2)
}


def _decode(position: int, character: str) -> tuple[int, Spawn]:
    """The move before the tile, and the tile."""
    if character not in _TILES:
        raise ReplayError(f"character {position} ({character!r}) is not in its alphabet")
    return _TILES[character]
