"""Are the gradients right? Compares what `backward` says with what a small change does.

The derivative by one value is (C(w + h) - C(w - h)) / 2h up to a term in h^2 (central difference).
In float64 with h = 1e-5 that is good to about ten digits, so a wrong formula stands out at once.
What is random (dropout, sampling) draws the same numbers at each evaluation.
"""

import copy
from collections.abc import Callable

import numpy as np

from networks.arrays import Array
from networks.layers.base import Layer, Module
from networks.losses import Loss

STEP = 1e-5
SAMPLES = 60


def numerical_gradient(
    function: Callable[[], float], array: Array, places: Array, step: float = STEP
) -> Array:
    """Central differences.

    Args:
        function: a number that depends on the array; called two times per place.
        array: float64, changed and restored.
        places: indices into the flattened array, [n].
        step: h.

    Returns:
        The derivatives at these places, [n].
    """
    derivatives = np.empty(len(places))
    for i, place in enumerate(places):
        index = np.unravel_index(place, array.shape)
        value = array[index]
        array[index] = value + step
        above = function()
        array[index] = value - step
        below = function()
        array[index] = value
        derivatives[i] = (above - below) / (2 * step)
    return derivatives


def relative_error(first: Array, second: Array) -> float:
    """|first - second| / (|first| + |second|), of the whole vectors; 0 if both are 0."""
    scale = float(np.linalg.norm(first) + np.linalg.norm(second))
    return float(np.linalg.norm(first - second)) / scale if scale > 1e-12 else 0.0


def check_gradients(
    module: Module,
    function: Callable[[], float],
    inputs: dict[str, tuple[Array, Array]] | None = None,
    samples: int = SAMPLES,
) -> dict[str, float]:
    """Compares the gradients of any function of a module, which must have been computed.

    Args:
        module: float64.
        function: the number whose derivatives the gradients are, see `repeatable`; it may compute
            them again.
        inputs: further arrays to check, by name: (array, what `backward` says).
        samples: how many places of each array to try.

    Returns:
        The relative error for each array by name.

    Raises:
        ValueError: if the module is not float64.
    """
    if module.dtype != np.float64:
        raise ValueError(f"gradients are checked in float64, not {module.dtype}")
    arrays = {
        name: (parameter.value, parameter.gradient.copy())
        for name, parameter in module.parameters_by_name().items()
    }
    for name, (array, gradient) in (inputs or {}).items():
        arrays[name] = (array, gradient.copy())
    chooser = np.random.default_rng(0)
    errors = {}
    for name, (array, gradient) in arrays.items():
        places = chooser.permutation(array.size)[:samples]
        numerical = numerical_gradient(function, array, places)
        errors[name] = relative_error(gradient.reshape(-1)[places], numerical)
    return errors


def repeatable(module: Module, function: Callable[[], float]) -> Callable[[], float]:
    """The function, with the module's generator in the same state at each call."""
    state = copy.deepcopy(module.rng.bit_generator.state)

    def call() -> float:
        module.rng.bit_generator.state = state
        return function()

    return call


def check_model(
    module: Module, loss_and_gradients: Callable[[], float], samples: int = SAMPLES
) -> dict[str, float]:
    """Checks a model: a function that returns its loss and leaves its gradients.

    Example:
        check_model(mlp, lambda: mlp.loss_and_gradients(x, y))
    """
    function = repeatable(module, loss_and_gradients)
    function()
    return check_gradients(module, function, samples=samples)


def check_layer(
    layer: Layer, x: Array, training: bool = True, samples: int = SAMPLES
) -> dict[str, float]:
    """Checks a layer alone, by its parameters and by x, under the loss sum(r * forward(x)).

    Args:
        layer: float64.
        x: its input; whole numbers are not derived by.
        training: handed to `forward`.
        samples: how many places of each array to try.
    """
    weights: list[Array] = []

    def loss() -> float:
        y = layer.forward(x, training)
        if not weights:
            weights.append(np.random.default_rng(1).normal(size=y.shape))
        return float(np.sum(weights[0] * y))

    function = repeatable(layer, loss)
    function()
    dx = layer.backward(weights[0])
    inputs = {"x": (x, dx)} if x.dtype.kind == "f" else {}
    return check_gradients(layer, function, inputs, samples)


def check_loss(loss: Loss, outputs: Array, targets: Array, samples: int = SAMPLES) -> float:
    """The relative error of a loss's derivative by the outputs."""
    loss.forward(outputs, targets)
    delta = loss.backward().copy()
    places = np.random.default_rng(0).permutation(outputs.size)[:samples]
    numerical = numerical_gradient(lambda: loss.forward(outputs, targets), outputs, places)
    return relative_error(delta.reshape(-1)[places], numerical)
