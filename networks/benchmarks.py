"""How fast networks train, beside PyTorch where it is installed, and letters are sampled.

A step is forward, loss, backward and optimizer, in float32 on one core, on a batch that lies ready.
Ours and each of PyTorch's variants take turns, so that a machine that slows down slows all; what
counts is the median, over the rounds, of our rate by the best of theirs in the same round.
"""

import importlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from statistics import median
from typing import Any

import numpy as np

from networks.models import MLP, VAE, Model
from networks.optimizers import SGD, Adam, Optimizer
from networks.weights import load_generator

TURNS = 5
SECONDS = 0.02
"""In a round each has this many turns of this length."""
SAMPLES = 256
"""Letters in a batch that is sampled."""
RATE = 1e-6
"""So small that no unit dies of seeing the same batch a thousand times."""

Step = Callable[[], Any]


@dataclass(frozen=True)
class Result:
    """One figure: `rate` in `unit`, and its ratio to what `reference` names, if there is one."""

    name: str
    rate: float
    unit: str
    reference: str | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class Work:
    """What to train.

    Attributes:
        sizes: of the layers of an MLP; of the encoder of a VAE.
        batch: examples.
        optimizer: sgd or adam.
        model: mlp, a classifier with ReLUs; or vae, with ReLUs and Bernoulli likelihood.
    """

    sizes: tuple[int, ...]
    batch: int
    optimizer: str
    model: str = "mlp"

    @property
    def name(self) -> str:
        """As in `nets.mlp.784-30-10.64.sgd`."""
        return f"nets.{self.model}.{'-'.join(map(str, self.sizes))}.{self.batch}.{self.optimizer}"


WORKS = [
    Work((784, 30, 10), 64, "sgd"),
    Work((784, 100, 10), 64, "sgd"),
    Work((784, 100, 10), 64, "adam"),
    Work((784, 100, 10), 256, "sgd"),
    Work((784, 100, 10), 256, "adam"),
    Work((784, 512, 256, 10), 64, "sgd"),
    Work((784, 512, 256, 10), 64, "adam"),
    Work((784, 512, 256, 10), 256, "sgd"),
    Work((784, 512, 256, 10), 256, "adam"),
    Work((784, 400, 20), 128, "adam", "vae"),
]


def measure(rounds: int = 7, works: list[Work] | None = None) -> Iterator[Result]:
    """The figures, each as soon as it is known.

    They are taken in a process of its own: how many threads a product uses is decided when NumPy
    is loaded.
    """
    with _one_thread(), ProcessPoolExecutor(1, get_context("spawn")) as process:
        for work in WORKS if works is None else works:
            yield process.submit(measure_here, work, rounds).result()
        if works is None:
            yield process.submit(measure_sampling, rounds).result()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that begin meanwhile compute with one thread."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def measure_here(work: Work, rounds: int) -> Result:
    """One figure, taken in this process, with the threads that it has."""
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        torch = None
    steps = [our_step(work)]
    if torch is not None:
        torch.set_num_threads(1)
        steps += [_torch_step(torch, work, fused) for fused in (False, True)]
    ours, *theirs = _rates(steps, work.batch, rounds)
    if torch is None:
        return Result(work.name, median(ours), "samples/s")
    best = [max(rates) for rates in zip(*theirs, strict=True)]
    ratio = median(a / b for a, b in zip(ours, best, strict=True))
    reference = f"PyTorch {torch.__version__}, the faster of plain and fused"
    return Result(work.name, median(ours), "samples/s", reference, ratio)


def measure_sampling(rounds: int) -> Result:
    """Letters a second of the embedded generator: DDIM of 20 steps, guidance, decoder.

    A round is one batch of 256, the embedded characters in turn.
    """
    generator, rng = load_generator(), np.random.default_rng(0)
    labels = np.arange(SAMPLES) % generator.diffusion.classes
    generator.sample(labels, rng)
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        generator.sample(labels, rng)
        rates.append(SAMPLES / (time.perf_counter() - start))
    return Result("nets.diffusion.sample", median(rates), "samples/s")


def _rates(steps: list[Step], batch: int, rounds: int) -> list[list[float]]:
    """Samples per second of each step in each round, [steps, rounds]."""
    repeats = []
    for step in steps:
        for _ in range(3):
            step()
        start = time.perf_counter()
        step()
        repeats.append(max(2, round(SECONDS / (time.perf_counter() - start))))
    rates: list[list[float]] = [[] for _ in steps]
    for _ in range(rounds):
        seconds = [0.0 for _ in steps]
        for _ in range(TURNS):
            for i, (step, repeat) in enumerate(zip(steps, repeats, strict=True)):
                start = time.perf_counter()
                for _ in range(repeat):
                    step()
                seconds[i] += time.perf_counter() - start
        for collected, repeat, spent in zip(rates, repeats, seconds, strict=True):
            collected.append(TURNS * repeat * batch / spent)
    return rates


def our_step(work: Work) -> Step:
    """One step of our training."""
    model: Model
    x, labels = _batch(work)
    model = VAE(work.sizes) if work.model == "vae" else MLP(work.sizes)
    optimizer: Optimizer = SGD(RATE) if work.optimizer == "sgd" else Adam(RATE)

    def step() -> float:
        loss = model.loss_and_gradients(x, labels)
        optimizer.step(model.weights)
        return loss

    return step


def _batch(work: Work) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.random((work.batch, work.sizes[0]), dtype=np.float32)
    return x, rng.integers(0, work.sizes[-1], work.batch)


def _torch_step(torch: Any, work: Work, fused: bool) -> Step:
    """The same step in PyTorch."""
    x, labels = map(torch.from_numpy, _batch(work))
    make = _torch_vae if work.model == "vae" else _torch_mlp
    parameters, loss_of = make(torch, work, x, labels)
    if work.optimizer == "sgd":
        optimizer = torch.optim.SGD(parameters, lr=RATE, fused=fused)
    else:
        optimizer = torch.optim.Adam(parameters, lr=RATE, fused=fused)

    def step() -> float:
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def _stack(torch: Any, sizes: tuple[int, ...]) -> list[Any]:
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return layers


def _torch_mlp(torch: Any, work: Work, x: Any, labels: Any) -> tuple[Any, Step]:
    network = torch.nn.Sequential(*_stack(torch, work.sizes)[:-1])
    cross_entropy = torch.nn.functional.cross_entropy
    return network.parameters(), lambda: cross_entropy(network(x), labels)


def _torch_vae(torch: Any, work: Work, x: Any, labels: Any) -> tuple[Any, Step]:
    latents = work.sizes[-1]
    hidden = work.sizes[-2]
    encoder = torch.nn.Sequential(
        *_stack(torch, work.sizes[:-1]), torch.nn.Linear(hidden, 2 * latents)
    )
    decoder = torch.nn.Sequential(*_stack(torch, work.sizes[::-1])[:-1])
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits

    def loss() -> Any:
        mu, s = encoder(x).chunk(2, dim=1)
        sigma = s.exp()
        logits = decoder(mu + sigma * torch.randn_like(sigma))
        kl = 0.5 * (mu.square() + sigma.square() - 1).sum() - s.sum()
        return (cross_entropy(logits, x, reduction="sum") + kl) / work.batch

    return [*encoder.parameters(), *decoder.parameters()], loss
