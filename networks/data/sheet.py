"""Many small images in one picture, to look at them."""

import numpy as np
from numpy.typing import NDArray


def contact_sheet(
    images: NDArray[np.uint8], columns: int = 20, *, gap: int = 1, enlarge: int = 1
) -> NDArray[np.uint8]:
    """Puts images [N, H, W] into rows of `columns`, uint8 [height, width].

    Args:
        images: grey values.
        columns: images in a row; the last row may be shorter.
        gap: pixels of grey between neighbours.
        enlarge: every pixel becomes a square of this side.

    Raises:
        ValueError: if there are no images, or no columns.
    """
    count, height, width = images.shape
    if not count or columns < 1:
        raise ValueError(f"{count} images in {columns} columns: a sheet needs one of each at least")
    columns = min(columns, count)
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + gap, width + gap), dtype=np.uint8)
    cells[:, height:] = cells[:, :, width:] = 64
    cells[:count, :height, :width] = images
    grid = cells.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    sheet = grid.reshape(rows * (height + gap), columns * (width + gap))
    sheet = sheet[: sheet.shape[0] - gap, : sheet.shape[1] - gap]
    return np.ascontiguousarray(sheet.repeat(enlarge, axis=0).repeat(enlarge, axis=1))
