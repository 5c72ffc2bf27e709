"""The multilayer perceptron of Nielsen's "Neural Networks and Deep Learning".

a^0 = x,  z^l = w^l a^(l-1) + b^l,  a^l = sigma(z^l): dense layers with an activation in between.
With sigmoid activations and a sigmoid output under squared error it is the network of his chapter
1, under cross-entropy that of chapter 3.

Letters: N examples, F inputs, K outputs.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from networks.arrays import Array
from networks.initializers import glorot_normal, he_normal
from networks.layers import (
    GELU,
    Dense,
    Dropout,
    Layer,
    LeakyReLU,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
)
from networks.losses import BinaryCrossEntropy, Huber, Loss, SoftmaxCrossEntropy, SquaredError
from networks.models.base import Model

Activation = Literal["sigmoid", "tanh", "relu", "leaky-relu", "gelu"]
Output = Literal["softmax", "sigmoid", "linear"]
LossName = Literal["cross-entropy", "squared-error", "huber"]

ACTIVATIONS: dict[str, Callable[[], Layer]] = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": lambda: ReLU(in_place=True),
    "leaky-relu": LeakyReLU,
    "gelu": GELU,
}
LOSSES: dict[tuple[str, str], type[Loss]] = {
    ("softmax", "cross-entropy"): SoftmaxCrossEntropy,
    ("sigmoid", "cross-entropy"): BinaryCrossEntropy,
    ("sigmoid", "squared-error"): SquaredError,
    ("linear", "squared-error"): SquaredError,
    ("linear", "huber"): Huber,
}
"""By output and loss. Cross-entropies take logits and contain the output's activation."""


def dense_stack(
    sizes: Sequence[int], activation: str, dropout: float = 0.0, last: bool = False
) -> list[Layer]:
    """Dense layers with an activation, and perhaps dropout, in between.

    Args:
        sizes: of the inputs, of each hidden layer and of the outputs.
        activation: one of `ACTIVATIONS`.
        dropout: the probability with which a hidden unit is dropped.
        last: whether the activation also follows the last layer.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes must be two or more numbers from 1 on, not {list(sizes)}")
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, not {activation}")
    initializer = glorot_normal if activation in ("sigmoid", "tanh") else he_normal
    layers: list[Layer] = []
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        layers.append(Dense(inputs, outputs, initializer))
        if last or i < len(sizes) - 2:
            layers.append(ACTIVATIONS[activation]())
            if dropout:
                layers.append(Dropout(dropout))
    return layers


class MLP(Model):
    """Dense layers; a classifier unless told otherwise."""

    kind: ClassVar[str] = "mlp"

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Activation = "relu",
        dropout: float = 0.0,
        output: Output = "softmax",
        loss: LossName = "cross-entropy",
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        """Builds it with random weights.

        Args:
            sizes: F, the size of each hidden layer, K.
            activation: of the hidden layers.
            dropout: the probability with which a hidden unit is dropped while training.
            output: softmax for one of K classes, sigmoid for K answers yes or no (or classes, as
                Nielsen has them), linear for numbers.
            loss: cross-entropy; or squared-error for sigmoid and linear, huber for linear.
            seed: determines the weights and what dropout draws.
            dtype: float32, or float64 to check gradients.
        """
        super().__init__()
        if (output, loss) not in LOSSES:
            known = "; ".join(f"{o} with {name}" for o, name in LOSSES)
            raise ValueError(f"no output {output} with loss {loss}; there are: {known}")
        self._config = {
            "sizes": [int(size) for size in sizes],
            "activation": activation,
            "dropout": dropout,
            "output": output,
            "loss": loss,
        }
        self.outputs = int(sizes[-1])
        layers = dense_stack(sizes, activation, dropout)
        self.probabilities: Layer | None = None
        if loss == "cross-entropy":
            self.probabilities = Softmax() if output == "softmax" else Sigmoid()
        elif output == "sigmoid":
            layers.append(Sigmoid())
        self.network = Sequential(*layers)
        self.loss = LOSSES[output, loss]()
        self._takes_labels = output != "linear"
        self.allocate(seed, dtype)

    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this model again."""
        return dict(self._config)

    def predict(self, x: Array) -> Array:
        """What the network makes of examples.

        Args:
            x: [N, F].

        Returns:
            [N, K], a copy: probabilities, or the numbers themselves for a linear output.
        """
        outputs = self.network.forward(self.as_input(x))
        if self.probabilities is not None:
            outputs = self.probabilities.forward(outputs)
        return outputs.T.copy()

    def classify(self, x: Array) -> Array:
        """The most probable class of each example [N, F], int64 [N]."""
        return self.network.forward(self.as_input(x)).argmax(axis=0)

    def loss_and_gradients(self, *batch: Array) -> float:
        """Forward, loss, backward.

        Args:
            batch: x [N, F], and targets: classes, whole numbers [N]; or [N, K], probabilities, yes
                (1) or no (0), or numbers.
        """
        x, targets = batch
        outputs = self.network.forward(self.as_input(x), training=True)
        loss = self.loss.forward(outputs, self._targets(targets))
        self.network.parameter_gradients(self.loss.backward())
        return loss

    def metrics(self, *batch: Array) -> dict[str, float]:
        """`loss`, and `accuracy` where the targets are classes."""
        x, targets = batch
        outputs = self.network.forward(self.as_input(x))
        result = {"loss": self.loss.forward(outputs, self._targets(targets))}
        if self._is_label(targets):
            result["accuracy"] = float(np.mean(outputs.argmax(axis=0) == targets))
        return result

    def _is_label(self, targets: Array) -> bool:
        return self._takes_labels and targets.ndim == 1 and targets.dtype.kind in "iu"

    def _targets(self, targets: Array) -> Array:
        """Targets as the loss takes them: labels for softmax, else [K, N]."""
        if not self._is_label(targets):
            return self.as_input(targets)
        if isinstance(self.loss, SoftmaxCrossEntropy):
            return targets
        return one_hot(targets, self.outputs, self.dtype)


def one_hot(labels: Array, classes: int, dtype: DTypeLike) -> Array:
    """Columns [K, N] with a 1 at each label [N], else 0.

    Raises:
        ValueError: if a label is below 0 or K or more.
    """
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"classes must be 0 to {classes - 1}")
    columns = np.zeros((classes, labels.size), dtype)
    columns[labels, np.arange(labels.size)] = 1
    return columns
