"""PyTorch's example VAE beside ours: the same sizes, data, epochs, batches and optimizer.

    python tests/support/torch_vae.py DIR [EPOCHS]

prints the test ELBO of both on digits of one's own (DIR holds IDX files, or is a name as mnist).
"""

import sys
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from networks.arrays import Array
from networks.classifier import Examples, hold_out
from networks.data import load
from networks.models import VAE
from networks.optimizers import Adam
from networks.training import Minibatches, Trainer, TrainingConfig, evaluate

SIZES = (784, 400, 20)
BATCH = 128
RATE = 1e-3


class Elbos(NamedTuple):
    """Minus the test ELBO of each, in nats: less is better."""

    ours: float
    theirs: float


class TorchVAE(nn.Module):
    """784-400-20-400-784 with ReLU, as the example has it."""

    def __init__(self) -> None:
        super().__init__()
        features, hidden, latents = SIZES
        self.encoder = nn.Sequential(nn.Linear(features, hidden), nn.ReLU())
        self.mu, self.log_variance = nn.Linear(hidden, latents), nn.Linear(hidden, latents)
        self.decoder = nn.Sequential(
            nn.Linear(latents, hidden), nn.ReLU(), nn.Linear(hidden, features), nn.Sigmoid()
        )

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        """Minus the ELBO, summed over the examples x [N, 784]."""
        h = self.encoder(x)
        mu, log_variance = self.mu(h), self.log_variance(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_variance)
        kl = -0.5 * torch.sum(1 + log_variance - mu**2 - log_variance.exp())
        return functional.binary_cross_entropy(self.decoder(z), x, reduction="sum") + kl


def compare(train: Array, test: Array, epochs: int, seed: int = 0) -> Elbos:
    """Trains both on rows [N, 784]."""
    return Elbos(_ours(train, test, epochs, seed), _theirs(train, test, epochs, seed))


def _ours(train: Array, test: Array, epochs: int, seed: int) -> float:
    model = VAE(SIZES, seed=seed)
    Trainer(model, Adam(RATE), TrainingConfig(epochs, seed)).fit(Minibatches((train,), BATCH))
    return evaluate(model, (test,))["loss"]


def _theirs(train: Array, test: Array, epochs: int, seed: int) -> float:
    torch.manual_seed(seed)
    model, rng = TorchVAE(), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    for _ in range(epochs):
        order = rng.permutation(len(train))
        for start in range(0, len(train), BATCH):
            x = torch.from_numpy(train[order[start : start + BATCH]])
            optimizer.zero_grad()
            model.loss(x).backward()
            optimizer.step()
    with torch.no_grad():
        return float(model.loss(torch.from_numpy(test))) / len(test)


if __name__ == "__main__":
    learned, held_out = hold_out(Examples(*load(sys.argv[1], "train")), 1, 4)
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    print(compare(learned.batch[0], held_out.batch[0], number))
