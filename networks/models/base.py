"""What all models have in common: one vector of weights, one training function, one file."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import DTypeLike

from networks.arrays import Array
from networks.checkpoint import CheckpointError, read_tensors, write_tensors
from networks.layers import Module, Weights, allocate, named_arrays, set_arrays

FORMAT = "scratch2048-network"
VERSION = 1
PREFIX = "model/"


class Model(Module, ABC):
    """A network that can be trained, saved and loaded.

    A subclass takes the arguments of its `config`, and `seed` and `dtype`; it builds its layers,
    then calls `self.allocate`. Its methods take data as people keep it, one row per example.

    Copies (`copy.deepcopy`) and what travels to other processes (pickle) have memory of their own
    and a new generator.

    Attributes:
        kind: its name in files.
        weights: its parameters and gradients as vectors, for an optimizer.
    """

    kind: ClassVar[str]
    weights: Weights

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this model again: plain JSON."""

    @abstractmethod
    def loss_and_gradients(self, *batch: Array) -> float:
        """The loss of a training batch, averaged over it; leaves its gradients in `weights`."""

    @abstractmethod
    def metrics(self, *batch: Array) -> dict[str, float]:
        """How good it is at examples, each number averaged over them; `loss` among them.

        As in use: nothing is dropped and nothing learned.
        """

    def allocate(self, seed: int = 0, dtype: DTypeLike = np.float32) -> None:
        """Gives the layers their memory and first weights."""
        self.weights = allocate(self, seed, dtype)

    def astype(self, dtype: DTypeLike) -> Self:
        """Changes the arithmetic of this model, to float64 for checks, keeping its weights."""
        arrays = {name: array.copy() for name, array in named_arrays(self).items()}
        rng = self.rng
        self.allocate(dtype=dtype)
        set_arrays(self, arrays)
        self.set_rng(rng)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        arrays = {name: array.copy() for name, array in named_arrays(self).items()}
        return _rebuilt, (type(self), self.config(), self.dtype.str, arrays)

    def as_input(self, rows: Array) -> Array:
        """Rows [N, F] as the columns [F, N] that layers take: a view where the dtype fits."""
        if rows.ndim != 2:
            raise ValueError(f"expected rows [N, F], not an array of shape {list(rows.shape)}")
        return rows.astype(self.dtype, copy=False).T

    def as_columns(self, rows: Array) -> Array:
        """The same, copied into columns in memory too: for what is compared with outputs."""
        columns = self.buffer("columns", rows.shape[::-1])
        columns[...] = self.as_input(rows)
        return columns

    def save(self, path: str | Path) -> None:
        """Writes weights and configuration to a file (safetensors), whole or not at all."""
        write_tensors(path, model_tensors(self), model_metadata(self))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads a model that `save` or `Trainer.save` wrote.

        Raises:
            CheckpointError: if the file cannot be read, or holds something else.
        """
        tensors, metadata = read_tensors(path)
        check_metadata(path, metadata, cls.kind)
        try:
            model = cls(**metadata["config"])
            restore_model(model, tensors)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{path}: damaged ({error})") from None
        return model


def _rebuilt(
    kind: type[Model], config: dict[str, Any], dtype: str, arrays: dict[str, Array]
) -> Model:
    model = kind(**config, dtype=dtype)  # type: ignore[call-arg]
    set_arrays(model, arrays)
    return model


def model_tensors(model: Model) -> dict[str, Array]:
    """What a file holds of a model."""
    return {PREFIX + name: array for name, array in named_arrays(model).items()}


def model_metadata(model: Model) -> dict[str, Any]:
    """What a file says about a model."""
    return {"format": FORMAT, "version": VERSION, "model": model.kind, "config": model.config()}


def restore_model(model: Model, tensors: dict[str, Array]) -> None:
    """Sets the weights that a file holds.

    Raises:
        ValueError: if they are those of another architecture.
    """
    set_arrays(
        model,
        {
            name.removeprefix(PREFIX): array
            for name, array in tensors.items()
            if name.startswith(PREFIX)
        },
    )


def check_metadata(path: str | Path, metadata: dict[str, Any], kind: str) -> None:
    """Checks that a file holds a model of this kind.

    Raises:
        CheckpointError: if not.
    """
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path}: not a network's checkpoint")
    if metadata.get("version") != VERSION:
        raise CheckpointError(
            f"{path}: version {metadata.get('version')} is not known to this program ({VERSION}); "
            "update scratch2048"
        )
    if metadata.get("model") != kind:
        raise CheckpointError(f"{path}: holds a model of kind {metadata.get('model')}, not {kind}")
