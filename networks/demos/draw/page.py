"""The page on which one draws a digit: the files of `web/` with a network's weights in them.

Shapes: K outputs of a layer, F inputs.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.compact import round_weights
from networks.data.classes import DIGITS
from networks.data.framing import FRAME
from networks.data.strokes import WAYS, curves_of
from networks.demos.draw.packing import pack
from networks.layers import Dense
from networks.models import MLP

WEB = Path(__file__).parent / "web"

_EXAMPLES = 4
"""Ways of writing each digit that the page can show."""

_CORNER = (0.25, 0.13)
_SIZE = (0.5, 0.74)
"""Where on the drawing area, whose sides are 1, they are written: columns, rows."""


def draw_page(model: MLP) -> str:
    """The whole page, HTML.

    Raises:
        ValueError: if the model does not tell the ten digits apart by softmax.
    """
    return pack(WEB, {"data": page_data(model)})


def export(model: MLP, folder: Path) -> Path:
    """Writes the page as `index.html` into a folder, for any static host; whole or not at all.

    The folder is made if need be.

    Raises:
        ValueError: as `draw_page` does.
        OSError: if it cannot be written.
    """
    page = draw_page(model)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    temporary = folder / f".{secrets.token_hex(8)}.html"
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def page_data(model: MLP) -> dict[str, Any]:
    """What the page's scripts read, plain JSON: the network, the classes, examples to write.

    Raises:
        ValueError: if the model does not tell the ten digits apart by softmax.
    """
    config = model.config()
    sizes = config["sizes"]
    if sizes[0] != FRAME * FRAME or sizes[-1] != len(DIGITS) or config["output"] != "softmax":
        raise ValueError(
            f"the page needs a network from {FRAME * FRAME} pixels to the softmax of "
            f"{len(DIGITS)} digits, not one of {sizes} with {config['output']} output"
        )
    dense = [layer for layer in model.network.layers if isinstance(layer, Dense)]
    layers = [
        {
            "outputs": layer.outputs,
            "activation": None if layer is dense[-1] else config["activation"],
            "w": _matrix(layer.w.value),
            "b": _floats(layer.b.value if layer.b else np.zeros(layer.outputs)),
        }
        for layer in dense
    ]
    return {"layers": layers, "classes": list(DIGITS), "examples": _examples()}


def _examples() -> dict[str, list[list[list[list[float]]]]]:
    """For each digit some drawings: lists of strokes, which are lists of points [x, y]."""
    corner, size = np.array(_CORNER), np.array(_SIZE)
    return {
        digit: [
            [np.round(corner + size * curve, 3).tolist() for curve in curves_of(way)]
            for way in ways[:_EXAMPLES]
        ]
        for digit, ways in WAYS.items()
    }


def _matrix(w: NDArray[Any]) -> dict[str, str]:
    """Weights [K, F] as `decodeMatrix` of network.js takes them.

    Those of a model that has been stored with 8 bits are whole numbers times a scale per row: then
    so they are here, and the page is a quarter as large.
    """
    numbers, scales = round_weights(w)
    if np.allclose(numbers * scales, w, rtol=1e-6, atol=0):
        return {"bytes": _base64(numbers), "scales": _floats(scales)}
    return {"floats": _floats(w)}


def _floats(numbers: NDArray[Any]) -> str:
    return _base64(numbers.astype("<f4"))


def _base64(numbers: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii")
