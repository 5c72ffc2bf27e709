"""The training loop. It knows nothing of the model: any `Model` will do.

One epoch is one pass over what `batches` yields. All that is random in epoch e comes from
generators made of the seed and e, so a run that was interrupted and resumed goes on exactly as one
that was not, and the same seed gives the same weights, bit for bit, on one machine.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from networks.arrays import Array
from networks.checkpoint import CheckpointError, read_tensors, write_tensors
from networks.layers import named_arrays, set_arrays
from networks.models.base import (
    Model,
    check_metadata,
    model_metadata,
    model_tensors,
    restore_model,
)
from networks.optimizers import Optimizer

Batch = tuple[Array, ...]
Batches = Callable[[np.random.Generator], Iterable[Batch]]
"""The minibatches of one epoch, in an order that the generator decides."""
Metrics = dict[str, float]

BEST = "best/"
EVALUATION_BATCH = 1000


class TrainingError(RuntimeError):
    """Training went wrong; the message says where and what may help."""


@dataclass(frozen=True)
class Minibatches:
    """Shuffled minibatches of arrays whose first axes belong together.

    Attributes:
        arrays: for example images [N, F] and labels [N].
        size: examples in a batch; the last of an epoch may have fewer.
        transform: makes each batch ready: (generator, *batch) -> batch, as for augmentation.
    """

    arrays: Batch
    size: int
    transform: Callable[..., Batch] | None = None

    def __post_init__(self) -> None:
        """Checks that the arrays fit each other."""
        if self.size < 1 or not self.arrays or len({len(array) for array in self.arrays}) != 1:
            raise ValueError("minibatches need a size of 1 or more, and arrays of one length")

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-len(self.arrays[0]) // self.size)

    def __call__(self, rng: np.random.Generator) -> Iterator[Batch]:
        """The minibatches of one epoch."""
        order = rng.permutation(len(self.arrays[0]))
        for start in range(0, len(order), self.size):
            chosen = order[start : start + self.size]
            batch = tuple(np.take(array, chosen, axis=0) for array in self.arrays)
            yield self.transform(rng, *batch) if self.transform else batch


@dataclass(frozen=True)
class TrainingConfig:
    """How long to train, and when to stop."""

    epochs: int = 10
    """Passes over the data."""
    seed: int = 0
    """Determines the order of the examples, and all else that is random while training."""
    patience: int | None = None
    """Stop after so many epochs without a better validation loss; the best weights are kept."""


class Trainer:
    """Trains a model with an optimizer.

    Attributes:
        history: the metrics of each epoch so far.
    """

    def __init__(self, model: Model, optimizer: Optimizer, config: TrainingConfig) -> None:
        self.model, self.optimizer, self.config = model, optimizer, config
        self.history: list[Metrics] = []
        self._best_loss = math.inf
        self._best_epoch = 0
        self._best: dict[str, Array] = {}

    def fit(
        self,
        batches: Batches,
        validation: Batch | None = None,
        on_epoch: Callable[[Metrics], bool | None] | None = None,
        on_step: Callable[[int, float], None] | None = None,
    ) -> list[Metrics]:
        """Trains until `config.epochs` are done or validation no longer improves.

        Args:
            batches: yields the minibatches of an epoch, see `Minibatches`.
            validation: examples that are not trained on. With them, the model ends with the weights
                of the epoch that did best on them.
            on_epoch: given the metrics of each epoch; returns True to stop.
            on_step: given the number of steps made and the last batch's loss.

        Returns:
            The history.

        Raises:
            TrainingError: if the loss is no longer a number.
        """
        stop = self._out_of_patience()
        while len(self.history) < self.config.epochs and not stop:
            metrics = self._epoch(batches, on_step)
            if validation is not None:
                found = evaluate(self.model, validation)
                metrics |= {f"validation_{name}": value for name, value in found.items()}
                self._remember(found["loss"])
            self.history.append(metrics)
            stop = bool(on_epoch and on_epoch(metrics)) or self._out_of_patience()
        if self._best and (stop or len(self.history) >= self.config.epochs):
            set_arrays(self.model, self._best)
        return self.history

    def _epoch(self, batches: Batches, on_step: Callable[[int, float], None] | None) -> Metrics:
        epoch = len(self.history)
        self.model.set_rng(np.random.default_rng([self.config.seed, epoch, 0]))
        rate, start = self.optimizer.rate, time.perf_counter()
        total, examples = 0.0, 0
        for batch in batches(np.random.default_rng([self.config.seed, epoch, 1])):
            loss = self.model.loss_and_gradients(*batch)
            if not math.isfinite(loss):
                raise TrainingError(
                    f"epoch {epoch + 1}, step {self.optimizer.steps + 1}: the loss is {loss}; "
                    "lower the learning rate or clip the gradients"
                )
            self.optimizer.step(self.model.weights)
            total += loss * len(batch[0])
            examples += len(batch[0])
            if on_step:
                on_step(self.optimizer.steps, loss)
        if not examples:
            raise TrainingError("there are no examples to train on")
        seconds = time.perf_counter() - start
        return {"epoch": epoch + 1, "loss": total / examples, "rate": rate, "seconds": seconds}

    def _remember(self, loss: float) -> None:
        if loss < self._best_loss:
            self._best_loss, self._best_epoch = loss, len(self.history) + 1
            self._best = {name: array.copy() for name, array in named_arrays(self.model).items()}

    def _out_of_patience(self) -> bool:
        patience = self.config.patience
        return bool(patience and self._best and len(self.history) - self._best_epoch >= patience)

    def save(self, path: str | Path) -> None:
        """Writes all it takes to go on after this epoch; also a model that `Model.load` reads."""
        tensors = model_tensors(self.model)
        tensors |= {BEST + name: array for name, array in self._best.items()}
        if self.optimizer.state is not None:
            tensors["optimizer"] = self.optimizer.state
        run: dict[str, Any] = {
            "steps": self.optimizer.steps,
            "optimizer": type(self.optimizer).__name__,
            "history": self.history,
            "best_loss": self._best_loss if self._best else None,
            "best_epoch": self._best_epoch,
        }
        write_tensors(path, tensors, {**model_metadata(self.model), "run": run})

    def resume(self, path: str | Path) -> None:
        """Goes on from what `save` wrote: same kind of model and optimizer.

        Raises:
            CheckpointError: if the file cannot be read, or holds another run.
        """
        tensors, metadata = read_tensors(path)
        check_metadata(path, metadata, self.model.kind)
        try:
            run = metadata["run"]
            if run["optimizer"] != type(self.optimizer).__name__:
                raise ValueError(f"it was trained with {run['optimizer']}")
            restore_model(self.model, tensors)
            if "optimizer" in tensors:
                self.optimizer.restore(run["steps"], tensors["optimizer"])
            self.history = run["history"]
            self._best = {
                name.removeprefix(BEST): array
                for name, array in tensors.items()
                if name.startswith(BEST)
            }
            self._best_loss = math.inf if run["best_loss"] is None else run["best_loss"]
            self._best_epoch = run["best_epoch"]
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{path}: cannot be resumed ({error})") from None


def evaluate(model: Model, examples: Batch, batch_size: int = EVALUATION_BATCH) -> Metrics:
    """The model's metrics over any number of examples, a batch at a time."""
    count = len(examples[0])
    totals: Metrics = {}
    for start in range(0, count, batch_size):
        part = tuple(array[start : start + batch_size] for array in examples)
        for name, value in model.metrics(*part).items():
            totals[name] = totals.get(name, 0.0) + value * len(part[0])
    return {name: total / count for name, total in totals.items()}
