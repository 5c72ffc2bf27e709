"""Pictures and animations of small grey images, written by Pillow."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]

FRAME_MS = 60
"""How long each frame of an animation is shown."""
HOLD_MS = 2000
"""How long the last one is."""
SUFFIXES = (".gif", ".png")


@dataclass(frozen=True)
class Theme:
    """The colours (RGB) of paper and ink."""

    paper: tuple[int, int, int]
    ink: tuple[int, int, int]

    def paint(self, grey: Pixels) -> Image.Image:
        """Grey values [H, W], 0 for paper and 255 for ink, as a picture in 256 shades."""
        image = Image.fromarray(grey).convert("P")
        shares = np.linspace(0, 1, 256)[:, None]
        palette = np.rint((1 - shares) * self.paper + shares * np.array(self.ink))
        image.putpalette(palette.astype(np.uint8).tobytes())
        return image


THEMES = {
    "light": Theme((250, 248, 239), (64, 58, 52)),
    "dark": Theme((28, 27, 25), (240, 233, 222)),
}


def enlarged(grey: Pixels, factor: int) -> Pixels:
    """The picture [H, W] with each side so many times as long, smoothly."""
    height, width = grey.shape
    image = Image.fromarray(grey).resize(
        (width * factor, height * factor), Image.Resampling.BICUBIC
    )
    return np.asarray(image)


def titled(grey: Pixels, title: str, size: int = 14) -> Pixels:
    """The picture [H, W] below a line of text, in paper and ink."""
    image = Image.new("L", (grey.shape[1], 2 * size))
    font = ImageFont.load_default(size)
    ImageDraw.Draw(image).text((size // 2, size // 3), title, fill=255, font=font)
    return np.concatenate([np.asarray(image), grey])


def write_picture(path: Path, grey: Pixels, theme: Theme) -> None:
    """Writes a picture [H, W]; the suffix says in which format."""
    theme.paint(grey).save(path)


def write_animation(
    path: Path,
    frames: Sequence[Pixels],
    theme: Theme,
    frame_ms: int = FRAME_MS,
    hold_ms: int = HOLD_MS,
) -> None:
    """Writes frames [H, W] as an endless GIF that rests on its last frame."""
    first, *others = [theme.paint(frame) for frame in frames]
    durations = [frame_ms] * len(others) + [hold_ms]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0)
