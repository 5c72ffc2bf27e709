"""Makes `glyphs.npz` and FONTS.md from the fonts of `fontlist.py`.

    npm install --ignore-scripts $(python -m networks.data.make_templates --packages)
    python -m networks.data.make_templates node_modules/@fontsource -o OUT

Every glyph is set large by Pillow, cut to black and white, and measured: the distance of each point
of the template's grid to the nearest edge between a black and a white pixel.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from networks.data.classes import CLASSES, DIGITS, characters_of
from networks.data.fontlist import HANDWRITING, HELD_OUT, PRINT, UNREADABLE
from networks.data.framing import BASELINE, fit_to_line, line_scale
from networks.data.templates import (
    BOX,
    FINEST,
    SIDE,
    Glyphs,
    Templates,
    quantize,
    write_glyphs,
)

_EM = 200
_LARGE = 220  # pixels of the longer side when a glyph is measured
_STRAIGHT = "EFHIKLNTXZ"  # letters that show a font's measures
_TALL = "bdfhkl"
_HANGING = "gjpqy"
_UNLIKE_THEIR_CAPITAL = "abdeghnqrt"
_NO_CHARACTER = "\ue123"  # from the private use area: shows what the font sets for what it lacks

_PAGE = """# The fonts in `glyphs.npz`

`glyphs.npz` holds pictures of distances made from the fonts below by `make_templates.py`, and no
font program. The fonts are under the SIL Open Font License 1.1, and so is `glyphs.npz`; the licence
is in `OFL.txt`, the holders of the copyright are named here. What is drawn with it is yours.

| Font | Used for | Glyphs | Copyright |
|---|---|---|---|
"""

Ink = tuple[NDArray[np.bool_], int]


def ink_of(font: ImageFont.FreeTypeFont, character: str) -> Ink | None:
    """The glyph cut to its ink, bool [height, width], and the row of its top below the baseline."""
    mask, offset = font.getmask2(character, mode="L", anchor="ls")
    width, height = mask.size
    if not width or not height:
        return None
    image = Image.frombytes("L", (width, height), bytes(mask))
    black = np.asarray(image) > 127
    rows, columns = np.flatnonzero(black.any(axis=1)), np.flatnonzero(black.any(axis=0))
    if not rows.size:
        return None
    cut = black[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cut, offset[1] + int(rows[0])


def distance_field(ink: NDArray[np.bool_], longer: float = BOX) -> NDArray[np.float32]:
    """Signed distance to the outline in grid spacings, float32 [SIDE, SIDE].

    Args:
        ink: bool [height, width].
        longer: the longer side of the ink on the grid.
    """
    height, width = ink.shape
    spacing = max(height, width) / longer  # in pixels of the ink
    padded = np.pad(ink, 1)
    between_rows = np.argwhere(padded[1:] != padded[:-1]) + np.array([0.0, -0.5])
    between_columns = np.argwhere(padded[:, 1:] != padded[:, :-1]) + np.array([-0.5, 0.0])
    edge = np.concatenate([between_rows, between_columns]).astype(np.float32)  # [E, 2]

    grid = ((np.arange(SIDE) - (SIDE - 1) / 2) * spacing).astype(np.float32)
    ys, xs = grid + height / 2, grid + width / 2
    squares_x = (xs[:, None] - edge[:, 1]) ** 2  # [SIDE, E]
    nearest = [((squares_x + (y - edge[:, 0]) ** 2).min(axis=1)) for y in ys]
    distance = np.sqrt(np.array(nearest, dtype=np.float32)) / spacing
    rows = np.clip(np.floor(ys).astype(int), -1, height) + 1
    columns = np.clip(np.floor(xs).astype(int), -1, width) + 1
    inside = padded[np.ix_(rows, columns)]
    return np.where(inside, distance, -distance)


class Measured(NamedTuple):
    """One glyph: its label, its ink [h, w], and its box in em, `top` above the baseline."""

    label: int
    ink: NDArray[np.bool_]
    width: float
    height: float
    top: float


def glyphs_of(path: Path) -> list[Measured]:
    """All glyphs of one font that are characters of ours."""
    font = ImageFont.truetype(str(path), _EM)
    lacking = ink_of(font, _NO_CHARACTER)
    found = []
    for label, character in enumerate(CLASSES):
        small = ink_of(font, character)
        if small is None:
            continue
        if lacking is not None and np.array_equal(small[0], lacking[0]):
            continue
        size = round(_EM * _LARGE / max(small[0].shape))
        large = ink_of(ImageFont.truetype(str(path), size), character)
        if large is not None:
            ink, top = large
            height, width = ink.shape
            found.append(Measured(label, ink, width / size, height / size, -top / size))
    return found


def small_capitals(font: Templates) -> str:
    """The small letters whose shape is that of their capital although it should not be."""
    fields = dict(zip(characters_of(font.labels), font.fields.astype(np.int16), strict=True))
    return "".join(
        small
        for small in _UNLIKE_THEIR_CAPITAL
        if small in fields
        and small.upper() in fields
        and np.abs(fields[small] - fields[small.upper()]).mean() < 1
    )


def lining(digit: Measured, capital: float) -> Measured:
    """A digit as high as a capital: an old-style figure, low or hanging, is moved and enlarged.

    On the line a low 0 would look like an o, and a low 1 like a small capital I.
    """
    if digit.height > 0.8 * capital and abs(digit.top - capital) < 0.15 * capital:
        return digit
    width = digit.width * capital / digit.height
    return digit._replace(width=width, height=capital, top=capital)


def on_the_line(glyphs: Sequence[Measured], font: int, leave_out: str) -> Templates:
    """The templates of one font, with its scale in the line frame; all glyphs are measured."""
    tops = {CLASSES[glyph.label]: glyph.top for glyph in glyphs}
    bottoms = {CLASSES[glyph.label]: glyph.height - glyph.top for glyph in glyphs}
    capital = float(np.median([tops[letter] for letter in _STRAIGHT if letter in tops]))
    scale = line_scale(
        capital,
        float(np.median([tops[letter] for letter in _TALL if letter in tops])),
        float(np.median([bottoms[letter] for letter in _HANGING if letter in bottoms])),
    )
    glyphs = [
        lining(glyph, capital) if CLASSES[glyph.label] in DIGITS else glyph
        for glyph in glyphs
        if CLASSES[glyph.label] not in leave_out
    ]
    fits = [fit_to_line(scale * glyph.top, scale * (glyph.height - glyph.top)) for glyph in glyphs]
    scales = scale * np.array(fits)
    boxes = np.array([[glyph.width, glyph.height] for glyph in glyphs])
    pixels = boxes.max(axis=1) * scales  # the longer side in the line frame
    longer = np.clip(pixels / FINEST, 1, BOX)
    fields = [
        quantize(distance_field(glyph.ink, on_grid))
        for glyph, on_grid in zip(glyphs, longer, strict=True)
    ]
    middles = np.array([glyph.top - glyph.height / 2 for glyph in glyphs])
    return Templates(
        fields=np.stack(fields),
        labels=np.array([glyph.label for glyph in glyphs], dtype=np.int64),
        fonts=np.full(len(glyphs), font, dtype=np.int64),
        sizes=(boxes * (longer / boxes.max(axis=1))[:, None]).astype(np.float32),
        pitches=(pixels / longer).astype(np.float32),
        rows=(BASELINE - scales * middles).astype(np.float32),
    )


def notice_of(folder: Path) -> str:
    """The copyright notice of a font's package.

    Raises:
        ValueError: if the font is not under the SIL Open Font License 1.1.
    """
    licence = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["license"]
    text = (folder / "LICENSE").read_text(encoding="utf-8")
    if licence["type"] != "OFL-1.1" or "SIL OPEN FONT LICENSE Version 1.1" not in text:
        raise ValueError(f"{folder}: not under the SIL Open Font License 1.1")
    head = text[: text.index("This Font Software is licensed")]
    regular = re.split(r"\s\S+\.ttf:", head)[0]  # the other styles' notices follow, file by file
    return " ".join(regular.split())


def make(fonts: Path) -> tuple[Glyphs, str]:
    """The glyphs, and FONTS.md, from the folder that holds the packages of the fonts."""
    names = sorted(HANDWRITING + PRINT)
    columns, lines = [], []
    for number, name in enumerate(names):
        path = fonts / name / "files" / f"{name}-latin-400-normal.woff"
        glyphs = on_the_line(glyphs_of(path), number, UNREADABLE.get(name, ""))
        if len(capitals := small_capitals(glyphs)) > 1:  # a narrow t may look like its T
            raise ValueError(f"{name}: these small letters are capitals: {capitals}")
        columns.append(glyphs)
        use = "testing" if name in HELD_OUT else "training"
        count = len(glyphs.labels)
        lines.append(f"| {name} | {use} | {count} | {notice_of(fonts / name)} |")
    held_out = np.array([name in HELD_OUT for name in names])
    return Glyphs(Templates.concatenate(columns), names, held_out), _PAGE + "\n".join(lines) + "\n"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fonts", type=Path, nargs="?", help="folder of @fontsource packages")
    parser.add_argument("-o", "--out", type=Path, help="folder for glyphs.npz and FONTS.md")
    parser.add_argument("--packages", action="store_true", help="print the packages and stop")
    arguments = parser.parse_args()
    if arguments.packages:
        sys.stdout.write("\n".join(f"@fontsource/{name}" for name in HANDWRITING + PRINT) + "\n")
        return
    if arguments.fonts is None or arguments.out is None:
        parser.error("name the folder of the fonts and, with -o, one for the result")
    glyphs, page = make(arguments.fonts)
    write_glyphs(arguments.out / "glyphs.npz", glyphs)
    (arguments.out / "FONTS.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
