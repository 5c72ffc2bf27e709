"""How a character lies in its 28 x 28 image: as in MNIST, or on a common line.

MNIST (LeCun et al. 1998, http://yann.lecun.com/exdb/mnist): the ink is scaled, its aspect kept, so
that it just fits a box of 20 x 20 pixels, which is placed so that its centre of mass lies in the
middle of the image. Size and place on the line are lost: a comma looks like an apostrophe.

Line: all characters of a font share one scale and one baseline, as a writer needs who sets them
side by side; a small o is smaller than a capital O, and a comma hangs from the line.

Shapes: N images.
"""

import numpy as np
from numpy.typing import NDArray

FRAME = 28
"""Pixels on a side of an image."""

MNIST_BOX = 20

BASELINE = 21.0
"""Pixels from the upper edge of the line frame to the line that letters stand on."""

CAPITAL_HEIGHT = 16.0
LEAST_CAPITAL = 13.0
ASCENT = 19.0
DESCENT = 5.5
HIGHEST = 20.0
LOWEST = 6.0
LINE_WIDTH = 25.0
"""No character of the line frame is wider: a W is set narrower if need be."""


def line_scale(capital_height: float, ascent: float, descent: float) -> float:
    """Pixels per unit that put a font on the line.

    A capital becomes CAPITAL_HEIGHT pixels high, or less, but at least LEAST_CAPITAL, where the
    tall letters would otherwise rise above ASCENT or the hanging ones fall below DESCENT.

    Args:
        capital_height, ascent, descent: of most of a font's letters, positive, in any unit.
    """
    limits = (CAPITAL_HEIGHT / capital_height, ASCENT / ascent, DESCENT / max(descent, 1e-9))
    return max(min(limits), LEAST_CAPITAL / capital_height)


def fit_to_line(top: float, bottom: float) -> float:
    """The factor, at most 1, by which one glyph must shrink to stay within its frame.

    Args:
        top, bottom: pixels that it rises above and hangs below the line.
    """
    return min(1.0, HIGHEST / max(top, 1e-9), LOWEST / max(bottom, 1e-9))


def place_by_mass(boxes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Places boxes of 20 x 20 so that the centre of mass is in the middle, to within half a pixel.

    The move is by whole pixels, and never past the edge of the image.

    Args:
        boxes: uint8 [N, 20, 20].

    Returns:
        uint8 [N, 28, 28].
    """
    count = len(boxes)
    images = np.zeros((count, FRAME, FRAME), dtype=np.uint8)
    positions = np.arange(MNIST_BOX) + 0.5
    by_row = boxes.sum(axis=2, dtype=np.int64)  # [N, 20]
    by_column = boxes.sum(axis=1, dtype=np.int64)
    mass = np.maximum(by_row.sum(axis=1), 1)
    room = FRAME - MNIST_BOX
    tops = np.rint(FRAME / 2 - by_row @ positions / mass).astype(int).clip(0, room)
    lefts = np.rint(FRAME / 2 - by_column @ positions / mass).astype(int).clip(0, room)
    for image, box, top, left in zip(images, boxes, tops.tolist(), lefts.tolist(), strict=True):
        image[top : top + MNIST_BOX, left : left + MNIST_BOX] = box
    return images
