"""Drawn characters: an endless data set that comes with the package, needing no download.

Every image is a glyph of a font, or a digit written with strokes, in a shape, size, slant, weight
and sharpness that chance chooses. A training loop asks for fresh images all the time:

    >>> digits = Drawn("0123456789", seed=7)
    >>> images, labels = digits.batch(64)
    >>> images.shape, images.dtype, labels.dtype
    ((64, 28, 28), dtype('uint8'), dtype('int64'))

Shapes: N images.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from networks.data.classes import DIGITS, labels_of
from networks.data.framing import FRAME, LINE_WIDTH, MNIST_BOX, place_by_mass
from networks.data.strokes import stroke_templates
from networks.data.templates import BOX, PER_PIXEL, SIDE, Templates, embedded_glyphs
from networks.data.warp import bounds, distances, half_widths, random_warp

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]

_RIM = (SIDE - 1 - BOX) / 2 - 0.1  # grid spacings from every glyph to the end of its grid
_MOST_GROWTH = 2.0  # grid spacings
_AT_ONCE = 128  # images that are drawn together: what they need stays in the cache


@dataclass(frozen=True)
class Style:
    """How much chance changes a glyph; "sd" is a standard deviation."""

    rotation: float = 0.0
    """sd in degrees"""
    slant: float = 0.0
    """sd of the shear, columns per row"""
    lean: float = 0.0
    """its mean: how far most hands lean to the right"""
    stretch: float = 0.0
    """sd of the logarithm of width over height"""
    elastic: float = 0.0
    """sd of the elastic displacement, in 1/24 of the glyph's longer side"""
    scale: float = 0.0
    """sd of the logarithm of the size; on the line only"""
    shift: float = 0.0
    """sd of the place in pixels; on the line only"""
    pen: tuple[float, float] = (1.0, 1.5)
    """least and greatest half width of a stroke, in pixels"""
    blur: tuple[float, float] = (1.0, 1.0)
    """least and greatest width of the edge between ink and paper, in pixels"""
    contrast: float = 1.0
    """the least that full ink is of white"""


MNIST_STYLE = Style(
    rotation=7,
    slant=0.24,
    lean=0.1,
    stretch=0.22,
    elastic=1.6,
    pen=(0.6, 1.9),
    blur=(0.6, 1.4),
    contrast=0.95,
)
"""For digits: as varied as handwritten ones are."""

BOX_STYLE = replace(MNIST_STYLE, rotation=5, slant=0.15, lean=0.05, stretch=0.12, elastic=0.8)
"""For letters in MNIST's framing, of which there are more to mistake for each other."""

LINE_STYLE = Style(
    rotation=2,
    slant=0.06,
    stretch=0.05,
    elastic=0.35,
    scale=0.03,
    shift=0.3,
    pen=(0.7, 1.5),
    blur=(1.0, 1.8),
    contrast=0.9,
)
"""For characters on the line: they stand side by side and stay what they are."""


class Drawn:
    """Draws characters, white on black, labelled by their place in `classes.CLASSES`.

    Attributes:
        classes: the characters that are drawn, each as often as any other.
        fonts: the names of the fonts that are drawn from.
        rng: the source of chance where none is given; its state is the state of this object.
    """

    def __init__(
        self,
        classes: str = DIGITS,
        *,
        framing: Literal["mnist", "line"] = "mnist",
        split: Literal["train", "test"] = "train",
        strokes: float = 0.6,
        style: Style | None = None,
        seed: int | None = 0,
    ) -> None:
        """Prepares the templates: a second at the first call.

        Args:
            classes: the characters wanted.
            framing: `mnist` fits each into 20 x 20 pixels about its centre of mass, `line` puts all
                on one baseline at one scale.
            split: `train`, or `test`: the fonts that are held out, and no strokes.
            strokes: the share of digits that are written with strokes; the others come from fonts.
            style: how much chance changes; by default what suits the framing.
            seed: the same seed, the same images.

        Raises:
            ValueError: for an unknown character, framing or split, or a share outside 0 to 1.
        """
        if framing not in ("mnist", "line"):
            raise ValueError(f"framing {framing!r}: expected mnist or line")
        if split not in ("train", "test"):
            raise ValueError(f"split {split!r}: expected train or test")
        if not 0 <= strokes <= 1:
            raise ValueError(f"strokes {strokes}: expected a share from 0 to 1")
        self.classes = "".join(dict.fromkeys(classes))
        self._wanted = labels_of(self.classes)
        if not self._wanted.size:
            raise ValueError("no characters to draw: classes is empty")
        self.framing = framing
        in_box = MNIST_STYLE if set(self.classes) <= set(DIGITS) else BOX_STYLE
        self.style = style or (in_box if framing == "mnist" else LINE_STYLE)
        self.rng = np.random.default_rng(seed)

        glyphs = embedded_glyphs()
        tested = glyphs.held_out[glyphs.templates.fonts] == (split == "test")
        templates = glyphs.templates.select(tested & np.isin(glyphs.templates.labels, self._wanted))
        written = split == "train" and strokes > 0 and set(self.classes) & set(DIGITS)
        if written:
            pool = stroke_templates()
            pool = pool.select(np.isin(pool.labels, self._wanted))
            templates = Templates.concatenate([templates, pool])
        self._strokes = strokes if written else 0.0
        self.fonts = [glyphs.names[font] for font in np.unique(templates.fonts) if font >= 0]
        self._templates = templates
        self._half_widths = half_widths(templates.fields)
        # For each label: where its templates from fonts, and those from strokes, are found.
        self._order = np.lexsort((templates.fonts < 0, templates.labels))
        every = np.arange(self._wanted.max() + 2)
        ordered = templates.labels[self._order]
        self._first = np.searchsorted(ordered, every)
        fonts_only = templates.labels[templates.fonts >= 0]
        self._fonts = np.bincount(fonts_only, minlength=len(every))
        self._written = np.bincount(templates.labels, minlength=len(every)) - self._fonts

    def batch(self, count: int, rng: Generator | None = None) -> tuple[Images, Labels]:
        """Draws random characters: images uint8 [N, 28, 28] and labels int64 [N].

        Args:
            count: how many.
            rng: the source of chance; by default this object's own.
        """
        rng = rng or self.rng
        labels = self._wanted[rng.integers(len(self._wanted), size=count)]
        return self.draw(labels, rng), labels

    def draw(self, labels: Labels, rng: Generator | None = None) -> Images:
        """Draws the characters of labels [N], uint8 [N, 28, 28].

        Raises:
            ValueError: for a label that is not among the classes of this object.
        """
        rng = rng or self.rng
        labels = np.asarray(labels)
        if not np.isin(labels, self._wanted).all():
            raise ValueError(f"a label that is not one of {self.classes!r}")
        images = np.empty((len(labels), FRAME, FRAME), dtype=np.uint8)
        place = self._in_box if self.framing == "mnist" else self._on_line
        for start in range(0, len(labels), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            images[part] = place(self._choose(labels[part], rng), rng)
        return images

    def _choose(self, labels: Labels, rng: Generator) -> NDArray[np.int64]:
        """A random template for each label, int64 [N]."""
        by_hand, which = rng.random((2, len(labels)))
        fonts, written = self._fonts[labels], self._written[labels]
        use_strokes = (by_hand < self._strokes) & (written > 0)
        offset = np.where(use_strokes, fonts + which * written, which * fonts)
        return self._order[self._first[labels] + offset.astype(np.int64)]

    def _in_box(self, chosen: NDArray[np.int64], rng: Generator) -> Images:
        """Images framed as in MNIST, uint8 [N, 28, 28]."""
        style = self.style
        sizes = self._templates.sizes[chosen]
        warp = random_warp(
            sizes, style.rotation, style.slant, style.lean, style.stretch, style.elastic, rng
        )
        pens = rng.uniform(*style.pen, len(chosen)).astype(np.float32)
        low, high = bounds(self._templates, chosen, warp)
        extent = (high - low).max(axis=1)
        grow = self._growth(chosen, pens * extent / MNIST_BOX)
        scale = (MNIST_BOX - 0.5) / (extent + 2 * grow)  # pixels per grid spacing
        pixels = np.arange(MNIST_BOX, dtype=np.float32) - (MNIST_BOX - 1) / 2
        middle = (low + high) / 2
        xs = pixels / scale[:, None] + middle[:, :1]
        ys = pixels / scale[:, None] + middle[:, 1:]
        near = distances(self._templates, chosen, warp, xs, ys)
        return place_by_mass(self._ink(near, grow, scale, rng))

    def _on_line(self, chosen: NDArray[np.int64], rng: Generator) -> Images:
        """Images on the common line, uint8 [N, 28, 28]."""
        style, count = self.style, len(chosen)
        sizes = self._templates.sizes[chosen]
        warp = random_warp(
            sizes, style.rotation, style.slant, style.lean, style.stretch, style.elastic, rng
        )
        pens = rng.uniform(*style.pen, count).astype(np.float32)
        noise = rng.standard_normal((3, count), dtype=np.float32)
        scale = self._templates.pitches[chosen] * np.exp(noise[0] * np.float32(style.scale))
        grow = self._growth(chosen, pens / scale)
        width = (2 * warp.spans[:, 0] + 2 * grow) * scale
        narrow = np.minimum(1, LINE_WIDTH / width)
        columns = FRAME / 2 + noise[1] * np.float32(style.shift)
        rows = self._templates.rows[chosen] + noise[2] * np.float32(style.shift)
        # The pen may reach beyond the frame; then all moves inwards, by less than a pixel mostly.
        reach = np.minimum((warp.spans[:, 1] + grow) * scale + 1, FRAME / 2)
        rows = np.clip(rows, reach, FRAME - reach)
        pixels = np.arange(FRAME, dtype=np.float32) + 0.5
        xs = (pixels - columns[:, None]) / (scale * narrow)[:, None]
        ys = (pixels - rows[:, None]) / scale[:, None]
        near = distances(self._templates, chosen, warp, xs, ys)
        return self._ink(near, grow, scale, rng)

    def _growth(self, chosen: NDArray[np.int64], pens: NDArray[np.float32]) -> NDArray[np.float32]:
        """By how many grid spacings the outline moves so that strokes get the half widths `pens`.

        Thick strokes are made only a little thinner, or hairlines would break; thin ones cannot
        grow past what the fields know.
        """
        own = self._half_widths[chosen]
        return np.clip(pens - own, -0.25 * own, _MOST_GROWTH).astype(np.float32)

    def _ink(
        self,
        near: NDArray[np.float32],
        grow: NDArray[np.float32],
        scale: NDArray[np.float32],
        rng: Generator,
    ) -> Images:
        """From distances [N, H, W] to images: a ramp of random width and height, uint8."""
        count = len(near)
        blur = rng.uniform(*self.style.blur, count).astype(np.float32)
        white = rng.uniform(self.style.contrast, 1, count).astype(np.float32) * 255
        # At the rim of the grid, beyond which nothing is known, the ramp must have come to its end.
        slope = scale / np.minimum(blur, 2 * (_RIM - grow) * scale)
        near *= (slope / PER_PIXEL)[:, None, None]
        near += (0.5 + grow * slope)[:, None, None]
        np.clip(near, 0, 1, out=near)
        near *= white[:, None, None]
        return near.astype(np.uint8)


def drawn_set(
    count: int,
    classes: str = DIGITS,
    *,
    framing: Literal["mnist", "line"] = "mnist",
    split: Literal["train", "test"] = "train",
    seed: int | None = 0,
) -> tuple[Images, Labels]:
    """A fixed data set: the first `count` images of `Drawn`, uint8 [N, 28, 28], int64 [N]."""
    return Drawn(classes, framing=framing, split=split, seed=seed).batch(count)
