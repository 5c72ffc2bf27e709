"""Glyph templates: every character of every font as a small field of distances, in one file.

A template holds, on a grid of 32 x 32 points, the distance to the glyph's outline: positive inside,
negative outside. Drawn from such a field a glyph can be turned, bent, thickened and blurred at no
cost (Green 2007, "Improved alpha-tested magnification for vector textures and special effects"):
ink is where the distance plus the thickness is above zero.

`glyphs.npz` was made once by `make_templates.py` from the fonts that FONTS.md names.

Shapes: G templates, F fonts.
"""

import io
import lzma
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Points on a side of a template."""

BOX = 24.0
"""The longer side of a glyph's box on the grid, at most; the box lies in the middle."""

FINEST = 1 / 3
"""Pixels of the line frame per grid spacing, at least: a full stop fills only part of its grid."""

PER_PIXEL = 8
"""Steps of the stored distances per grid spacing."""

REACH = 4.0
"""Distances are clipped at this many grid spacings."""

# The last for archives that are encrypted or of a kind unknown, so it says of damaged ones.
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    RuntimeError,
)

FILE = Path(__file__).with_name("glyphs.npz")


class Templates(NamedTuple):
    """Templates of glyphs.

    Attributes:
        fields: int8 [G, SIDE, SIDE], signed distance in 1/PER_PIXEL grid spacings.
        labels: int64 [G], places in `classes.CLASSES`.
        fonts: int64 [G], places in the list of fonts; -1 for templates made from strokes.
        sizes: float32 [G, 2], width and height of the glyph's box in grid spacings.
        pitches: float32 [G], pixels of the line frame per grid spacing.
        rows: float32 [G], where the middle of the box lies in the line frame, in pixels from its
            upper edge.
    """

    fields: NDArray[np.int8]
    labels: NDArray[np.int64]
    fonts: NDArray[np.int64]
    sizes: NDArray[np.float32]
    pitches: NDArray[np.float32]
    rows: NDArray[np.float32]

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Templates":
        """Some of the templates, by mask or by place."""
        return Templates._make(column[chosen] for column in self)

    @classmethod
    def concatenate(cls, parts: Sequence["Templates"]) -> "Templates":
        """All templates of some parts."""
        return cls._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def quantize(distances: NDArray[np.floating]) -> NDArray[np.int8]:
    """Distances in grid spacings -> the bytes that are stored, same shape."""
    clipped = np.clip(distances, -REACH, REACH)
    return np.rint(clipped * PER_PIXEL).astype(np.int8)


class Glyphs(NamedTuple):
    """What the file holds: templates, and the names of the F fonts with those held out."""

    templates: Templates
    names: list[str]
    held_out: NDArray[np.bool_]  # [F]


def write_glyphs(path: Path, glyphs: Glyphs) -> None:
    """Writes the file: an .npz, compressed with LZMA, the same bytes for the same glyphs."""
    arrays = glyphs.templates._asdict()
    arrays |= {"names": np.array(glyphs.names), "held_out": glyphs.held_out}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980: no trace of when it was made
            entry.compress_type = zipfile.ZIP_LZMA
            archive.writestr(entry, buffer.getvalue())


def read_glyphs(path: Path) -> Glyphs:
    """Reads what `write_glyphs` wrote.

    Raises:
        ValueError: if the file is missing or damaged; the message names it.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in (*Templates._fields, "names", "held_out")}
    except FileNotFoundError:
        raise ValueError(f"{path}: missing; install the package again") from None
    except _DAMAGE as error:
        raise ValueError(f"{path}: damaged ({error}); install the package again") from None
    templates = Templates(*(arrays[name] for name in Templates._fields))
    return Glyphs(templates, arrays["names"].tolist(), arrays["held_out"])


@cache
def embedded_glyphs() -> Glyphs:
    """The glyphs that come with the package, read once."""
    glyphs = read_glyphs(FILE)
    for column in glyphs.templates:
        column.flags.writeable = False  # they are shared by all who draw
    return glyphs
