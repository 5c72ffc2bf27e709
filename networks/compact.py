"""Trained models in small files: 8 bits for each weight.

A matrix [outputs, ...] is kept as whole numbers from -127 to 127 with a scale for each output, so
no weight moves by more than 1/254 of the largest of its row; vectors, of which there are few, stay
float32.
"""

import sys
from pathlib import Path
from typing import TypeVar

import numpy as np

from networks.arrays import Array
from networks.checkpoint import CheckpointError, read_tensors, write_tensors
from networks.layers import named_arrays, set_arrays
from networks.models import MLP, VAE, Autoencoder, Diffusion
from networks.models.base import FORMAT as WHOLE_FORMAT
from networks.models.base import Model, check_metadata, model_metadata

FORMAT = "scratch2048-network-8-bit"
SCALE = ".scale"
_STEPS = 127

M = TypeVar("M", bound=Model)


def round_weights(weights: Array) -> tuple[Array, Array]:
    """Whole numbers int8 [outputs, ...] and scales float32 [outputs, 1]: weights = scale * number.

    Example:
        >>> numbers, scales = round_weights(np.array([[-2.54, 1.27], [0.0, 0.0]]))
        >>> numbers.tolist(), scales.round(4).tolist()
        ([[-127, 64], [0, 0]], [[0.02], [1.0]])
    """
    largest = np.abs(weights).reshape(len(weights), -1).max(axis=1, keepdims=True)
    scales = np.where(largest > 0, largest / _STEPS, 1).astype(np.float32)
    numbers = np.rint(weights / scales.reshape(-1, *[1] * (weights.ndim - 1)))
    return numbers.astype(np.int8), scales


def save_compact(model: Model, path: str | Path) -> None:
    """Writes a model with 8 bits a weight; `load_compact` reads it, nothing can train on with it.

    Raises:
        OSError: if the file cannot be written; what stood at `path` is then still there.
    """
    tensors: dict[str, Array] = {}
    for name, array in named_arrays(model).items():
        if array.ndim > 1 and array.shape[1] > 1:
            tensors[name], tensors[name + SCALE] = round_weights(array)
        else:
            tensors[name] = array.astype(np.float32)
    write_tensors(path, tensors, {**model_metadata(model), "format": FORMAT})


def load_compact(kind: type[M], path: str | Path) -> M:
    """Reads what `save_compact` wrote, as a model that computes in float32.

    Args:
        kind: the class of the model, as `MLP`.
        path: the file.

    Raises:
        CheckpointError: if the file cannot be read, or holds something else.
    """
    tensors, metadata = read_tensors(path)
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path}: not a network of 8-bit weights")
    check_metadata(path, {**metadata, "format": WHOLE_FORMAT}, kind.kind)
    try:
        weights = {
            name: _multiplied(array, tensors.get(name + SCALE))
            for name, array in tensors.items()
            if not name.endswith(SCALE)
        }
        model = kind(**metadata["config"])
        set_arrays(model, weights)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: damaged ({error})") from None
    return model


def _multiplied(numbers: Array, scales: Array | None) -> Array:
    if scales is None:
        return numbers
    return numbers * scales.reshape(-1, *[1] * (numbers.ndim - 1))


def main(checkpoint: str, path: str) -> None:
    """Makes a small file of a checkpoint: `python -m networks.compact CHECKPOINT FILE`.

    Of a diffusion model the average of the weights is kept, with which samples are made.
    """
    _, metadata = read_tensors(checkpoint)
    kinds: tuple[type[Model], ...] = (MLP, Autoencoder, VAE, Diffusion)
    kind = next((each for each in kinds if each.kind == metadata.get("model")), MLP)
    model = kind.load(checkpoint)
    save_compact(model.averaged() if isinstance(model, Diffusion) else model, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
