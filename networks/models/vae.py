"""The variational autoencoder (Kingma & Welling 2014): an autoencoder whose latents are a cloud.

The encoder gives each example a Gaussian, mu and s = log sigma; the decoder gets a sample of it;
and a second term of the loss holds the Gaussians near the standard one, so that neighbouring
latents decode to similar examples and any sample from the standard Gaussian decodes to something.

    z = mu + epsilon e^s,       epsilon ~ N(0, 1)                        (reparameterization)
    C = 1/N sum_n (R_n + beta KL_n)
    R = reconstruction error;   KL = sum_j 1/2 (mu_j^2 + e^(2 s_j) - 1) - s_j     (appendix B)

How the gradients follow: with delta = dR/dz from the decoder (its 1/N included), epsilon fixed,

    dz/dmu = 1                  dKL/dmu = mu               dC/dmu = delta + beta mu / N
    dz/ds  = epsilon e^s        dKL/ds  = e^(2s) - 1       dC/ds  = delta epsilon e^s
                                                                    + beta (e^(2s) - 1) / N

and the encoder's backward goes on from there. s rather than sigma or log sigma^2 keeps sigma
positive and both lines short.

Letters: N examples, F features (pixels from 0 to 1), Z latents; arrays inside are columns.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from networks.arrays import Array
from networks.initializers import glorot_normal
from networks.layers import Dense, Layer, Sequential, Sigmoid
from networks.losses import BinaryCrossEntropy, Loss, SquaredError
from networks.models.base import Model
from networks.models.mlp import Activation, dense_stack

Likelihood = Literal["bernoulli", "squared-error"]
LIKELIHOODS: dict[str, type[Loss]] = {
    "bernoulli": BinaryCrossEntropy,
    "squared-error": SquaredError,
}


class VAE(Model):
    """Encoder and decoder of dense layers.

    Attributes:
        beta: the weight of KL (Higgins et al. 2017) after warming up.
        steps: training steps made, [1]; part of what is saved.
    """

    kind: ClassVar[str] = "vae"

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Activation = "relu",
        likelihood: Likelihood = "bernoulli",
        beta: float = 1.0,
        warm_up: int = 0,
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        """Builds it with random weights.

        Args:
            sizes: F, the size of each hidden layer of the encoder (at least one), Z. The decoder
                has the same in reverse.
            activation: of the hidden layers.
            likelihood: how R is measured: bernoulli, the binary cross-entropy; or squared-error,
                half the squared distance, a Gaussian around each pixel. Summed over pixels.
            beta: the weight of KL.
            warm_up: training steps in which beta rises from 0 in a straight line, so that the
                decoder learns to use the latents first (Bowman et al. 2016).
            seed: determines the weights and the noise.
            dtype: float32, or float64 to check gradients.
        """
        super().__init__()
        if len(sizes) < 3:
            raise ValueError(f"sizes must be F, one or more hidden sizes and Z, not {list(sizes)}")
        if likelihood not in LIKELIHOODS:
            known = " or ".join(LIKELIHOODS)
            raise ValueError(f"likelihood must be {known}, not {likelihood}")
        if beta < 0 or warm_up < 0:
            raise ValueError("beta and warm_up must be 0 or more")
        self._config = {
            "sizes": [int(size) for size in sizes],
            "activation": activation,
            "likelihood": likelihood,
            "beta": beta,
            "warm_up": warm_up,
        }
        self.latents, self.beta, self.warm_up = int(sizes[-1]), beta, warm_up
        self.encoder = Sequential(
            *dense_stack(sizes[:-1], activation, last=True),
            Dense(sizes[-2], 2 * self.latents, glorot_normal),
        )
        self.decoder = Sequential(*dense_stack(sizes[::-1], activation))
        self.pixels: Layer = Sigmoid()
        self.loss = LIKELIHOODS[likelihood]()
        self.allocate(seed, dtype)

    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this model again."""
        return dict(self._config)

    def setup(self) -> None:
        """Nothing trained yet."""
        super().setup()
        self.steps = np.zeros(1, np.int64)

    def state(self) -> dict[str, Array]:
        """How far it has warmed up."""
        return {"steps": self.steps}

    def encode(self, x: Array) -> tuple[Array, Array]:
        """mu and log sigma, each [N, Z], of examples [N, F]."""
        mu, s = self._encode(self.as_input(x))
        return mu.T.copy(), s.T.copy()

    def decode(self, z: Array) -> Array:
        """Examples [N, F], pixels from 0 to 1, of latents [N, Z]."""
        return self.pixels.forward(self.decoder.forward(self.as_input(z))).T.copy()

    def reconstruct(self, x: Array) -> Array:
        """What becomes of examples [N, F] on the way through their mu."""
        return self.decode(self.encode(x)[0])

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """New examples [count, F], from the standard Gaussian."""
        return self.decode(rng.standard_normal((count, self.latents)))

    def loss_and_gradients(self, *batch: Array) -> float:
        """Forward, loss, backward.

        Args:
            batch: x [N, F]; what follows it, such as labels, is not looked at.
        """
        x = self.as_input(batch[0])
        beta = self._beta_now()
        self.steps += 1
        reconstruction, kl = self._forward(x, training=True)
        delta = self.loss.backward()
        if isinstance(self.loss, SquaredError):
            delta = self.pixels.backward(delta)
        delta = self.decoder.backward(delta)
        both = self.buffer("delta", (2 * self.latents, x.shape[1]))
        dmu, ds = both[: self.latents], both[self.latents :]
        scale = beta / x.shape[1]
        np.multiply(self._mu, scale, out=dmu)
        dmu += delta
        np.square(self._sigma, out=ds)
        ds -= 1
        ds *= scale
        delta *= self._noise  # epsilon e^s
        ds += delta
        self.encoder.parameter_gradients(both)
        return reconstruction + beta * kl

    def metrics(self, *batch: Array) -> dict[str, float]:
        """`loss` with the full beta, `reconstruction` and `kl`, with one sample per example."""
        reconstruction, kl = self._forward(self.as_input(batch[0]))
        return {
            "loss": reconstruction + self.beta * kl,
            "reconstruction": reconstruction,
            "kl": kl,
        }

    def _beta_now(self) -> float:
        if not self.warm_up:
            return self.beta
        return self.beta * min(1.0, float(self.steps[0]) / self.warm_up)

    def _encode(self, x: Array, training: bool = False) -> tuple[Array, Array]:
        both = self.encoder.forward(x, training)
        return both[: self.latents], both[self.latents :]

    def _forward(self, x: Array, training: bool = False) -> tuple[float, float]:
        """R and KL, averaged over the examples x [F, N]."""
        mu, s = self._encode(x, training)
        shape = (self.latents, x.shape[1])
        self._mu, self._sigma = mu, np.exp(s, out=self.buffer("sigma", shape))
        noise = self._noise = self.buffer("noise", shape)
        self.rng.standard_normal(out=noise, dtype=self.dtype)
        noise *= self._sigma
        z = np.add(mu, noise, out=self.buffer("z", shape))
        outputs = self.decoder.forward(z, training)
        if isinstance(self.loss, SquaredError):
            outputs = self.pixels.forward(outputs)
        reconstruction = self.loss.forward(outputs, x)
        squares = float(np.sum(np.square(mu))) + float(np.sum(np.square(self._sigma)))
        kl = 0.5 * (squares - mu.size) - float(np.sum(s))
        return reconstruction, kl / x.shape[1]
