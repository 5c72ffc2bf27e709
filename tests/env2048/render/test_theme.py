from itertools import combinations

import numpy as np

from env2048.board import MAX_EXPONENT
from env2048.render import theme
from env2048.render.backend import pygame


def lab(color):
    """CIE L*a*b* of an sRGB colour (D65)."""
    rgb = np.array(color) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = (
        [
            [0.4124, 0.3576, 0.1805],
            [0.2126, 0.7152, 0.0722],
            [0.0193, 0.1192, 0.9505],
        ]
        @ linear
        / [0.9505, 1.0, 1.089]
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a, b):
    """The ratio of WCAG, here from the lightness: 1 to 21."""
    y = [((lab(c)[0] + 16) / 116) ** 3 for c in (a, b)]
    return (max(y) + 0.05) / (min(y) + 0.05)


def test_every_tile_has_its_colour():
    assert len(theme.TILES) == MAX_EXPONENT + 1
    assert len(set(theme.TILES)) == len(theme.TILES)


def test_tiles_past_2048_are_told_apart_at_a_glance():
    for a, b in combinations(range(MAX_EXPONENT + 1), 2):
        if b > 11:
            assert np.linalg.norm(lab(theme.TILES[a]) - lab(theme.TILES[b])) > 30, (1 << a, 1 << b)


def test_numbers_past_2048_are_legible():
    for exponent in range(12, MAX_EXPONENT + 1):
        assert contrast(theme.TILES[exponent], theme.text_color(exponent)) > 2.5
    assert contrast(theme.TILES[13], theme.TILES[13]) == 1


def test_the_original_palette():
    assert theme.TILES[1] == (0xEE, 0xE4, 0xDA)
    assert theme.TILES[11] == (0xED, 0xC2, 0x2E)
    assert theme.text_color(2) == theme.DARK_TEXT
    assert theme.text_color(3) == theme.LIGHT_TEXT
    blend = [
        round(0.65 * board + 0.35 * light)
        for board, light in zip(theme.BOARD, theme.TILES[1], strict=True)
    ]
    assert np.abs(np.subtract(theme.EMPTY_CELL, blend)).max() <= 1
    assert [theme.glow_strength(k) for k in (6, 11, 12)] == [0, 1, 0]


def test_key_codes_are_those_of_pygame():
    up, right, down, left = theme.MOVE_KEYS
    assert up == (pygame.K_UP, pygame.K_w, pygame.K_k)
    assert right == (pygame.K_RIGHT, pygame.K_d, pygame.K_l)
    assert down == (pygame.K_DOWN, pygame.K_s, pygame.K_j)
    assert left == (pygame.K_LEFT, pygame.K_a, pygame.K_h)
