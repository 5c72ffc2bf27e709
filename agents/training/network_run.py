"""A run folder of a neural network: its training, its curve, and going on after a stop.

The checkpoint holds the curve too, so after a kill the metrics file is made anew from it, and a run
that goes on is exactly the one that was never interrupted. What is held out for a test is looked at
after each epoch but changes nothing, unless the run is to stop early (`patience`).
"""

import json
import time
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from agents.training.runs import RunFolder
from agents.training.stop import StopRequest
from env2048.files import atomic_path
from networks.classifier import ClassifierConfig, Examples, FreshImages, new_trainer
from networks.models import MLP
from networks.training import Batch, Metrics, Trainer, evaluate

CHECKPOINT_SECONDS = 20.0

Report = Callable[[int, Metrics], None]
"""Is told the number of steps made, and the latest epoch's metrics, empty at first."""


class Batches(Protocol):
    """The minibatches of an epoch, and how many there are."""

    @property
    def images(self) -> int:
        """Images in an epoch."""

    def __len__(self) -> int:
        """Batches in an epoch."""

    def __call__(self, rng: np.random.Generator) -> Iterable[Batch]:
        """The minibatches."""


class TrainingRun:
    """The training of any network into a run folder.

    Attributes:
        run: the folder.
        trainer: what trains.
        batches: what an epoch consists of.
        tests: examples held out, if any.
    """

    def __init__(
        self,
        run: RunFolder,
        trainer: Trainer,
        batches: Batches,
        tests: Examples | None = None,
    ) -> None:
        """A run that has not begun.

        Args:
            run: the folder.
            trainer: with a network of first weights.
            batches: what an epoch consists of.
            tests: examples held out.
        """
        self.run, self.trainer, self.batches, self.tests = run, trainer, batches, tests

    @property
    def epochs(self) -> int:
        """How many there will be."""
        return self.trainer.config.epochs

    @property
    def history(self) -> list[Metrics]:
        """The metrics of each epoch so far."""
        return self.trainer.history

    @property
    def steps(self) -> int:
        """Steps in all epochs."""
        return self.epochs * len(self.batches)

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        return sum(row["seconds"] for row in self.history)

    @property
    def images_per_second(self) -> float:
        """Images trained on per second."""
        return len(self.history) * self.batches.images / self.seconds if self.history else 0.0

    def resume(self) -> None:
        """Goes on from the folder's checkpoint; begins anew if the run was killed before its first.

        Raises:
            CheckpointError: if it is damaged or another network's.
        """
        self.run.remove_half_written()
        if self.run.checkpoint_path.exists():
            self.trainer.resume(self.run.checkpoint_path)
        self._write_metrics()

    def train(self, stop: StopRequest, report: Report) -> bool:
        """Trains until all epochs are done or patience ends, or a stop is requested; saves.

        Returns:
            Whether the training is complete.

        Raises:
            TrainingError: if the loss is no longer a number.
        """
        saved = time.monotonic()
        interrupted = False
        patience = self.trainer.config.patience

        def on_epoch(metrics: Metrics) -> bool:
            nonlocal saved, interrupted
            if self.tests is not None and patience is None:
                found = evaluate(self.trainer.model, self.tests.batch)
                metrics |= {f"validation_{name}": value for name, value in found.items()}
            self._write_metrics()
            report(self.trainer.optimizer.steps, metrics)
            interrupted = stop.requested and len(self.history) < self.epochs
            if interrupted or time.monotonic() - saved > CHECKPOINT_SECONDS:
                self.trainer.save(self.run.checkpoint_path)
                saved = time.monotonic()
            return interrupted

        def on_step(steps: int, loss: float) -> None:
            report(steps, self.history[-1] if self.history else {})

        watched = None if patience is None or self.tests is None else self.tests.batch
        self.trainer.fit(self.batches, watched, on_epoch, on_step)
        if not interrupted:
            self.trainer.save(self.run.checkpoint_path)
        return not interrupted

    def _write_metrics(self) -> None:
        """A line for each epoch."""
        with atomic_path(self.run.metrics_path) as temporary:
            lines = (json.dumps(row, sort_keys=True) + "\n" for row in self.history)
            temporary.write_text("".join(lines), encoding="utf-8")


class NetworkRun(TrainingRun):
    """The training of an MLP that tells characters apart.

    Attributes:
        config: how to train.
    """

    def __init__(
        self,
        run: RunFolder,
        config: ClassifierConfig,
        examples: Examples | None,
        tests: Examples | None = None,
    ) -> None:
        """Builds the network with its first weights.

        Args:
            run: the folder.
            config: how to train.
            examples: images of one's own; None: all are drawn.
            tests: images held out.
        """
        batches = FreshImages(config, examples)
        super().__init__(run, new_trainer(config, batches), batches, tests)
        self.config = config

    @property
    def model(self) -> MLP:
        """What has been learned."""
        model = self.trainer.model
        assert isinstance(model, MLP)
        return model
