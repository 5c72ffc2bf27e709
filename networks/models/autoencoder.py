"""The autoencoder: squeezes examples through a few numbers and learns to get them back.

z = encode(x), a = decode(z), C = 1/N sum_n 1/2 |a_n - x_n|^2. Both are dense layers with
activations in between, the decoder the encoder's mirror image. Encoder and decoder are one chain of
layers, so backpropagation is that of a multilayer perceptron with its input as target.

Letters: N examples, F features (pixels from 0 to 1), Z latents.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from networks.arrays import Array
from networks.layers import Sequential, Sigmoid
from networks.losses import SquaredError
from networks.models.base import Model
from networks.models.mlp import Activation, dense_stack


class Autoencoder(Model):
    """Encoder and decoder of dense layers; pixels come out of a sigmoid."""

    kind: ClassVar[str] = "autoencoder"

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Activation = "relu",
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        """Builds it with random weights.

        Args:
            sizes: F, the size of each hidden layer of the encoder, Z. The decoder has the same in
                reverse.
            activation: of the hidden layers.
            seed: determines the weights.
            dtype: float32, or float64 to check gradients.
        """
        super().__init__()
        self._config = {"sizes": [int(size) for size in sizes], "activation": activation}
        self.latents = int(sizes[-1])
        self.encoder = Sequential(*dense_stack(sizes, activation))
        self.decoder = Sequential(*dense_stack(sizes[::-1], activation), Sigmoid())
        self.loss = SquaredError()
        self.allocate(seed, dtype)

    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this model again."""
        return dict(self._config)

    def encode(self, x: Array) -> Array:
        """Latents [N, Z] of examples [N, F]."""
        return self.encoder.forward(self.as_input(x)).T.copy()

    def decode(self, z: Array) -> Array:
        """Examples [N, F] of latents [N, Z]."""
        return self.decoder.forward(self.as_input(z)).T.copy()

    def reconstruct(self, x: Array) -> Array:
        """What becomes of examples [N, F] on the way through."""
        return self.decode(self.encode(x))

    def loss_and_gradients(self, *batch: Array) -> float:
        """Forward, loss, backward.

        Args:
            batch: x [N, F]; what follows it, such as labels, is not looked at.
        """
        x = self.as_columns(batch[0])
        loss = self._forward(x, training=True)
        self.encoder.parameter_gradients(self.decoder.backward(self.loss.backward()))
        return loss

    def metrics(self, *batch: Array) -> dict[str, float]:
        """`loss`: half the squared distance, summed over pixels."""
        return {"loss": self._forward(self.as_columns(batch[0]))}

    def _forward(self, x: Array, training: bool = False) -> float:
        return self.loss.forward(
            self.decoder.forward(self.encoder.forward(x, training), training), x
        )
