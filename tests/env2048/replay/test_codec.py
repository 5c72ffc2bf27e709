import pytest

from env2048.board import Spawn
from env2048.replay.codec import ALPHABET, encode_spawn, spawn_table, why_no_spawn


def test_the_alphabet_is_that_of_the_contract():
    assert ALPHABET == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(set(ALPHABET)) == 64


@pytest.mark.parametrize(
    ("cell", "exponent", "character"),
    [
        (0, 1, "A"),
        (0, 2, "B"),
        (12, 2, "Z"),
        (13, 1, "a"),
        (15, 2, "f"),
        (24, 1, "w"),
        (24, 2, "x"),
    ],
)
def test_known_characters(cell, exponent, character):
    assert encode_spawn(Spawn(cell, exponent)) == character


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_every_tile_of_a_board_has_its_own_character(size):
    table = spawn_table(size)
    assert len(table) == 2 * size**2
    assert all(encode_spawn(spawn) == character for character, spawn in table.items())
    assert {spawn.cell for spawn in table.values()} == set(range(size**2))


def test_what_is_wrong_with_a_character():
    assert why_no_spawn("!", 4) == "spawn character '!' is not in the alphabet"
    assert why_no_spawn("I", 2) == (
        "spawn character 'I' means cell 4, but a 2x2 board has cells 0 to 3"
    )
