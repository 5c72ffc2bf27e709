"""New tiles as single characters: the `spawns` string of a replay.

The character of a tile stands at index 2 * cell + (1 for a 4) of the alphabet, and cell is
size * row + column. Sixty-four characters are enough for 32 cells, so boards have at most 5 x 5.
"""

from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits

from env2048.board import Spawn

ALPHABET = ascii_uppercase + ascii_lowercase + digits + "-_"
MIN_SIZE = 2
MAX_SIZE = 5


def encode_spawn(spawn: Spawn) -> str:
    """The character of a new tile.

    Example:
        >>> encode_spawn(Spawn(cell=15, exponent=2))
        'f'
    """
    return ALPHABET[2 * spawn.cell + spawn.exponent - 1]


@cache
def spawn_table(size: int) -> dict[str, Spawn]:
    """The tile of every character that can stand in a replay of this board size.

    Example:
        >>> spawn_table(4)["f"]
        Spawn(cell=15, exponent=2)
    """
    spawns = [Spawn(cell, exponent) for cell in range(size * size) for exponent in (1, 2)]
    return {encode_spawn(spawn): spawn for spawn in spawns}


def why_no_spawn(character: str, size: int) -> str:
    """What is wrong with a character that `spawn_table(size)` does not hold."""
    if character not in ALPHABET:
        return f"spawn character {character!r} is not in the alphabet"
    cell = ALPHABET.index(character) // 2
    return (
        f"spawn character {character!r} means cell {cell}, "
        f"but a {size}x{size} board has cells 0 to {size * size - 1}"
    )
