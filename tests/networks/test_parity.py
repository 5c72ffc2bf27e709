"""Ours beside PyTorch: outputs, gradients, and ten steps of each optimizer (extra `parity`)."""

import numpy as np
import pytest

from networks import layers as nn
from networks import losses
from networks import optimizers as opt
from networks.clipping import clip_gradients
from networks.models import MLP

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[parity]'")

N = 6


def _random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def _tensor(array):
    """Columns [F, ..., N] as PyTorch's [N, F, ...]."""
    return torch.tensor(np.moveaxis(array, -1, 0).copy(), requires_grad=array.dtype.kind == "f")


def _columns(tensor):
    return np.moveaxis(tensor.detach().numpy(), 0, -1)


ACTIVATIONS = {
    "sigmoid": (nn.Sigmoid, torch.nn.Sigmoid),
    "tanh": (nn.Tanh, torch.nn.Tanh),
    "relu": (nn.ReLU, torch.nn.ReLU),
    "leaky relu": (nn.LeakyReLU, torch.nn.LeakyReLU),
    "gelu": (nn.GELU, lambda: torch.nn.GELU(approximate="tanh")),
    "silu": (nn.SiLU, torch.nn.SiLU),
    "softmax": (nn.Softmax, lambda: torch.nn.Softmax(dim=1)),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    ours, theirs = (make() for make in ACTIVATIONS[name])
    nn.allocate(ours, 0, np.float64)
    _compare(ours, theirs, 3 * _random(5, 4, N))


def _compare(ours, theirs, x, training=True):
    """Same output, same gradient by x and by every parameter, to 12 digits."""
    tensor, delta = _tensor(x), None
    expected = theirs(tensor)
    y = ours.forward(x, training)
    np.testing.assert_allclose(y, _columns(expected), rtol=1e-12, atol=1e-13)
    delta = _random(*y.shape, seed=1)
    expected.backward(_tensor(delta).detach())
    dx = ours.backward(delta)
    if tensor.grad is not None:
        np.testing.assert_allclose(dx, _columns(tensor.grad), rtol=1e-11, atol=1e-13)
    pairs = zip(ours.parameters_by_name().values(), _parameters(theirs), strict=True)
    for parameter, (_, gradient) in pairs:
        np.testing.assert_allclose(
            parameter.gradient.squeeze(), gradient.squeeze(), rtol=1e-11, atol=1e-13
        )


def _parameters(module):
    if not isinstance(module, torch.nn.Module):
        return []
    return [(p.detach().numpy(), p.grad.numpy()) for p in module.parameters()]


def _copy_weights(ours, theirs):
    for i, (mine, other) in enumerate(
        zip(ours.parameters_by_name().values(), theirs.parameters(), strict=True)
    ):
        mine.value[...] = _random(*mine.shape, seed=10 + i)
        other.data = torch.tensor(mine.value.reshape(tuple(other.shape)).copy())


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ["dense", "layer norm", "batch norm", "embedding", "stack"])
def test_layers(name, training):
    t = torch.nn
    ours, theirs, x = {
        "dense": lambda: (nn.Dense(5, 3), t.Linear(5, 3), _random(5, N)),
        "layer norm": lambda: (nn.LayerNorm(5), t.LayerNorm(5), _random(5, N)),
        "batch norm": lambda: (nn.BatchNorm(5), t.BatchNorm1d(5), _random(5, 4, N)),
        "embedding": lambda: (
            nn.Embedding(9, 5),
            t.Embedding(9, 5),
            np.random.default_rng(0).integers(0, 9, N),
        ),
        "stack": lambda: (
            nn.Sequential(nn.Dense(5, 8), nn.ReLU(), nn.BatchNorm(8), nn.Dense(8, 3), nn.Tanh()),
            t.Sequential(t.Linear(5, 8), t.ReLU(), t.BatchNorm1d(8), t.Linear(8, 3), t.Tanh()),
            _random(5, N),
        ),
    }[name]()
    nn.allocate(ours, 0, np.float64)
    theirs = theirs.double()
    _copy_weights(ours, theirs)
    if not training:  # running averages that are neither 0 nor 1
        for seed in range(3):
            warm = x if name == "embedding" else _random(*x.shape, seed=seed)
            ours.forward(warm, training=True)
            theirs(_tensor(warm))
        theirs.eval()
    _compare(ours, theirs, x, training)


LOSSES = {
    "squared error": (losses.SquaredError, lambda a, y: ((a - y) ** 2).sum() / 2 / len(a)),
    "huber": (
        losses.Huber,
        lambda a, y: torch.nn.functional.huber_loss(a, y, reduction="sum") / len(a),
    ),
    "softmax cross-entropy": (losses.SoftmaxCrossEntropy, torch.nn.functional.cross_entropy),
    "binary cross-entropy": (
        losses.BinaryCrossEntropy,
        lambda a, y: (
            torch.nn.functional.binary_cross_entropy_with_logits(a, y, reduction="sum") / len(a)
        ),
    ),
}


@pytest.mark.parametrize(
    ("name", "labels"), [*((name, False) for name in LOSSES), ("softmax cross-entropy", True)]
)
def test_losses(name, labels):
    make, theirs = LOSSES[name]
    ours = make()
    nn.allocate(ours, 0, np.float64)
    rng = np.random.default_rng(0)
    outputs, targets = 3 * _random(5, N), rng.random((5, N))
    targets /= targets.sum(axis=0)
    if labels:
        targets = rng.integers(0, 5, N)
    tensor = _tensor(outputs)
    expected = theirs(tensor, _tensor(targets).detach())
    expected.backward()
    assert ours.forward(outputs, targets) == pytest.approx(expected.item(), rel=1e-13)
    np.testing.assert_allclose(ours.backward(), _columns(tensor.grad), rtol=1e-11, atol=1e-14)


OPTIMIZERS = {
    "sgd": (opt.SGD(0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "sgd, decay": (
        opt.SGD(0.1, weight_decay=0.01),
        lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.01),
    ),
    "momentum": (opt.Momentum(0.05, 0.9), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "nesterov": (
        opt.Nesterov(0.05, 0.9),
        lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    ),
    "rmsprop": (opt.RMSProp(0.01), lambda p: torch.optim.RMSprop(p, 0.01)),
    "adam": (opt.Adam(0.01), lambda p: torch.optim.Adam(p, 0.01)),
    "adam, decay": (
        opt.Adam(0.01, weight_decay=0.01),
        lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.01),
    ),
    "adamw": (
        opt.AdamW(0.01, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1),
    ),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_of_training(name, dtype):
    """An MLP of ours and one of theirs, from the same weights, on the same batches."""
    ours, (optimizer, make) = MLP([12, 9, 4], dtype=dtype), OPTIMIZERS[name]
    optimizer.restore(0, None)
    theirs = torch.nn.Sequential(torch.nn.Linear(12, 9), torch.nn.ReLU(), torch.nn.Linear(9, 4)).to(
        torch.float64 if dtype == np.float64 else torch.float32
    )
    _copy_weights(ours, theirs)
    decayed = [p for p in theirs.parameters() if p.ndim > 1]
    rest = [p for p in theirs.parameters() if p.ndim == 1]
    their_optimizer = make([{"params": decayed}, {"params": rest, "weight_decay": 0.0}])
    rng = np.random.default_rng(3)
    for _ in range(10):
        x, y = rng.normal(size=(16, 12)).astype(dtype), rng.integers(0, 4, 16)
        loss = ours.loss_and_gradients(x, y)
        optimizer.step(ours.weights)
        their_optimizer.zero_grad()
        their_loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y))
        their_loss.backward()
        their_optimizer.step()
        assert loss == pytest.approx(their_loss.item(), rel=1e-10 if dtype == np.float64 else 1e-4)
    tolerance = 1e-10 if dtype == np.float64 else 2e-5
    for mine, other in zip(ours.parameters_by_name().values(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(
            mine.value.squeeze(), other.detach().numpy(), rtol=tolerance, atol=tolerance
        )


@pytest.mark.parametrize("limit", [0.5, 1e6])
def test_clipping(limit):
    gradients = _random(50)
    tensor = torch.nn.Parameter(torch.zeros(50, dtype=torch.float64))
    tensor.grad = torch.tensor(gradients.copy())
    norm = torch.nn.utils.clip_grad_norm_([tensor], limit)
    assert clip_gradients(gradients, limit) == pytest.approx(norm.item())
    np.testing.assert_allclose(gradients, tensor.grad.numpy(), rtol=1e-5)
