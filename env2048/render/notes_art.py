"""Draws `Notes` around and over a board."""

from env2048.render import shapes, theme
from env2048.render.backend import pygame
from env2048.render.drawing import box_picture, fitting_size, text_picture, to_surface, write
from env2048.render.layout import Box, Layout
from env2048.render.notes import Notes, format_value, is_known

_KEY_ORDER = (3, 0, 2, 1)
"""Left, up, down, right: the moves from left to right as their keys lie."""


def write_notes(surface: pygame.Surface, layout: Layout, notes: Notes) -> None:
    """Draws notes on a finished picture of a position."""
    if notes.status:
        box = layout.status
        size = fitting_size(notes.status, layout.px(25), box.width)
        write(surface, notes.status, size, theme.DARK_TEXT, (box.left, box.center[1]), align=0)
    if notes.level is not None:
        box = layout.status
        _draw_bar(surface, box.left, box.top + box.height, box.width, layout, notes.level)
    if notes.values is not None or notes.hint is not None:
        for index, action in enumerate(_KEY_ORDER):
            _write_value(surface, layout, layout.value_box(index), notes, action)
    if notes.headline or notes.message:
        _write_headline(surface, layout, notes)


def _write_value(
    surface: pygame.Surface, layout: Layout, box: Box, notes: Notes, action: int
) -> None:
    """One move's box with its arrow and, if values are known, its value."""
    value = None if notes.values is None else notes.values[action]
    legal = notes.values is None or is_known(value)
    if action == notes.highlighted:
        fill, color = theme.HIGHLIGHT, theme.LIGHT_TEXT
    elif legal:
        fill, color = theme.TILES[1], theme.DARK_TEXT
    else:
        fill, color = theme.PAGE, theme.EMPTY_CELL
    _draw_box(surface, box, fill, layout.px(4))
    side = max(4, box.height - layout.px(8))
    arrow = to_surface(shapes.arrow(side, action, color))
    top, margin = box.top + (box.height - side) // 2, layout.px(8)
    if notes.values is None:
        surface.blit(arrow, (round(box.center[0] - side / 2), top))
        return
    surface.blit(arrow, (box.left + margin, top))
    text = format_value(value)
    size = fitting_size(text, layout.px(24), box.width - side - 3 * margin)
    write(surface, text, size, color, (box.right - margin, box.center[1]), align=1)
    share = None if notes.bars is None else notes.bars[action]
    if is_known(share):
        _draw_bar(surface, box.left, box.top + box.height, box.width, layout, share or 0.0)


def _draw_bar(
    surface: pygame.Surface, left: int, bottom: int, width: int, layout: Layout, share: float
) -> None:
    """A bar that is full up to this share, above `bottom`."""
    height = max(2, layout.px(5))
    _draw_box(surface, Box(left, bottom - height, width, height), theme.EMPTY_CELL, 0)
    full = round(width * min(max(share, 0.0), 1.0))
    if full:
        _draw_box(surface, Box(left, bottom - height, full, height), theme.DARK_TEXT, 0)


def _write_headline(surface: pygame.Surface, layout: Layout, notes: Notes) -> None:
    """Veils the board, and writes over it."""
    board = layout.board
    *fill, alpha = theme.YOU_WIN_VEIL if notes.won else theme.GAME_OVER_VEIL
    _draw_box(surface, board, (fill[0], fill[1], fill[2]), layout.board_radius, alpha)
    x, y = board.center
    color = theme.LIGHT_TEXT if notes.won else theme.DARK_TEXT
    size = fitting_size(notes.headline, layout.px(80), 0.9 * board.width)
    write(surface, notes.headline, size, color, (x, y - layout.px(24)))
    if notes.message:
        size = fitting_size(notes.message, layout.px(27), 0.8 * board.width)
        text = text_picture(notes.message, size, theme.LIGHT_TEXT)
        width, height = text.get_width() + layout.px(40), layout.px(40)
        button = Box(round(x - width / 2), round(y + layout.px(30)), width, height)
        _draw_box(surface, button, theme.BUTTON, layout.px(4))
        write(surface, notes.message, size, theme.LIGHT_TEXT, button.center)


def _draw_box(
    surface: pygame.Surface, box: Box, color: theme.Color, radius: int, alpha: int = 255
) -> None:
    surface.blit(box_picture(box.width, box.height, radius, color, alpha), (box.left, box.top))
