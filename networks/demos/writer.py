"""The letter writer: every letter of a text is a sample of its own, set side by side on lines.

The images of `data/framing.py` have a common baseline, so setting is simple: each is moved so that
its ink begins a gap behind the ink of the one before. The places follow from the finished letters;
the frames before them, from noise on, use the same.

Shapes: N letters.
"""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks.data.classes import CLASSES, labels_of
from networks.data.framing import FRAME
from networks.demos.pictures import Pixels
from networks.generator import Generator
from networks.models import Sampling

LINE = 30
"""Pixels from baseline to baseline."""
SPACE = 8
GAP = 2
MARGIN = 6
_INK = 64  # grey values from here on are a letter's own
_ALIASES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\t": " "})


class WriterError(ValueError):
    """A text that cannot be written; the message is one line."""


def wrapped(text: str, width: int, known: str = CLASSES) -> list[str]:
    """The lines of a text, none longer than `width` characters.

    Line breaks stay; typographic quotation marks and dashes become plain ones. Words that are too
    long are broken.

    Example:
        >>> wrapped("Hello, world", 8)
        ['Hello,', 'world']

    Raises:
        WriterError: naming every character that is not known, or if there is nothing to write.
    """
    text = text.replace("\r\n", "\n").translate(_ALIASES)
    unknown = dict.fromkeys(c for c in text if c not in known and c not in " \n")
    if unknown:
        names = " ".join(repr(character) for character in unknown)
        raise WriterError(f"no letters for {names}: the known characters are {known}")
    if not text.strip():
        raise WriterError("there is nothing to write")
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(line, width, break_on_hyphens=False) or [""]
    return lines


@dataclass(frozen=True)
class Layout:
    """Where letters stand: `rows`, `columns` of the upper left corners of their images, int64 [N].

    Attributes:
        height, width: of the whole picture, in pixels.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    height: int
    width: int

    @classmethod
    def of(cls, lines: Sequence[str], letters: Pixels) -> "Layout":
        """Sets lines of text.

        Args:
            lines: the text.
            letters: uint8 [N, 28, 28], its letters in order, without spaces.
        """
        rows: list[int] = []
        columns: list[int] = []
        width, next_letter = 0, 0
        for number, line in enumerate(lines):
            pen = MARGIN
            for character in line:
                if character == " ":
                    pen += SPACE
                    continue
                left, right = _ink(letters[next_letter])
                rows.append(MARGIN + number * LINE)
                columns.append(pen - left)
                pen += right - left + GAP
                next_letter += 1
            width = max(width, pen - GAP + MARGIN)
        height = 2 * MARGIN + (len(lines) - 1) * LINE + FRAME
        return cls(np.array(rows, np.int64), np.array(columns, np.int64), height, width)

    def set(self, letters: Pixels) -> Pixels:
        """The picture [height, width] of letters uint8 [N, 28, 28]."""
        # With room for what reaches beyond the rim: images are wider than their ink.
        page = np.zeros((self.height + FRAME, self.width + 2 * FRAME), np.uint8)
        for letter, row, column in zip(letters, self.rows, self.columns, strict=True):
            part = page[row : row + FRAME, FRAME + column : 2 * FRAME + column]
            np.maximum(part, letter, out=part)
        return page[: self.height, FRAME : FRAME + self.width]


def write(
    lines: Sequence[str],
    generator: Generator,
    rng: np.random.Generator,
    sampling: Sampling | None = None,
    watch: Callable[[int], None] | None = None,
) -> Iterator[Pixels]:
    """The pictures of a text, from noise to letters, [H, W] each.

    Args:
        lines: the text, see `wrapped`.
        generator: makes the letters, each a sample of its own.
        rng: the source of chance.
        sampling: how samples are made.
        watch: is told how many frames are done.
    """
    labels = labels_of("".join(lines).replace(" ", ""))
    frames = list(generator.film(labels, rng, sampling, watch))
    layout = Layout.of(lines, frames[-1])
    return (layout.set(frame) for frame in frames)


def _ink(letter: Pixels) -> tuple[int, int]:
    """The first column with ink, and the first after the last."""
    columns = np.flatnonzero((letter >= _INK).any(axis=0))
    if not columns.size:
        return FRAME // 2, FRAME // 2
    return int(columns[0]), int(columns[-1]) + 1
