import io
import re
import sys

import numpy as np
import pytest

from env2048.render import ansi
from env2048.render.ansi import color_depth

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TERM", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)


class Terminal(io.StringIO):
    def __init__(self, encoding="utf-8"):
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return True


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("color", [False, True])
def test_shows_every_face_value_in_its_place(size, color):
    board = (np.arange(size * size) * 7 % 18).astype(np.uint8).reshape(size, size)
    text = ESCAPE.sub("", ansi(board, 123, 4567, color=color))
    header, *lines = text.splitlines()
    assert header == "Score 123   Best 4567"
    assert len(lines) == 2 * size + 1 and len({len(line) for line in lines}) == 1
    for row, line in zip(board, lines[1::2], strict=True):
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        assert cells == [str(1 << k) if k else "" for k in row.tolist()]


def test_largest_tile_and_beyond():
    assert "│ 131072 │" in ansi(np.full((2, 2), 17, np.uint8), color=False)
    with pytest.raises(ValueError, match="largest tile"):
        ansi(np.full((2, 2), 18, np.uint8))


def test_every_coloured_cell_is_reset():
    text = ansi(np.arange(16, dtype=np.uint8).reshape(4, 4), color=True)
    codes = ESCAPE.findall(text)
    assert codes[1::2] == ["\x1b[0m"] * 15 and len(set(codes[::2])) >= 9


def test_true_colours_are_the_theme(monkeypatch):
    monkeypatch.setenv("COLORTERM", "truecolor")
    text = ansi(np.array([[11, 0], [0, 0]], np.uint8), color=True)
    assert "\x1b[1;38;2;249;246;242;48;2;237;194;46m 2048 \x1b[0m" in text


def test_256_colours(monkeypatch):
    # 64 is (246, 94, 59): the nearest of the cube is (255, 95, 95) = 16 + 36*5 + 6*1 + 1.
    assert "48;5;203m" in ansi(np.array([[6, 0], [0, 0]], np.uint8), color=True)


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({"TERM": "xterm-256color"}, True, "256"),
        ({"TERM": "xterm-256color"}, False, "none"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, True, "truecolor"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, True, "truecolor"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, True, "none"),
        ({}, True, "none"),
        ({"WT_SESSION": "1"}, True, "256"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, "none"),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, "256"),
        ({"FORCE_COLOR": "1"}, False, "256"),
        ({"FORCE_COLOR": "3"}, False, "truecolor"),
        ({"FORCE_COLOR": "0", "TERM": "xterm"}, True, "none"),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, "none"),
    ],
)
def test_color_depth(monkeypatch, environment, terminal, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal() if terminal else io.StringIO())
    assert color_depth() == expected
    assert ("\x1b" in ansi(np.ones((2, 2), np.uint8))) == (expected != "none")


def test_lines_that_the_output_cannot_show_are_replaced(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal("cp1252"))
    text = ansi(np.array([[1, 0], [0, 2]], np.uint8), color=False)
    assert text.splitlines()[:2] == ["+------+------+", "|    2 |      |"]
    assert text.isascii()


def test_without_stdout(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert ansi(np.array([[1, 0], [0, 2]], np.uint8)).startswith("┌")
