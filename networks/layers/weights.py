"""All parameters of a network in one vector, their gradients in another.

Each parameter's value and gradient are views of the two. So an optimizer walks over memory once,
whatever the number of layers, the norm of all gradients is one dot product, and a copy of the
network is a copy of a vector.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from networks.arrays import CACHE_LINE, Array, aligned_zeros
from networks.layers.base import Module


@dataclass(eq=False)
class Weights:
    """The memory of a network's P parameters, to be changed in place.

    Attributes:
        values: [P]. Between parameters lie unused zeros, so that each begins at a cache line.
        gradients: [P].
        decayed: how many, counted from the start, are subject to weight decay.
    """

    values: Array
    gradients: Array
    decayed: int


def allocate(
    module: Module, seed: int | np.random.Generator = 0, dtype: DTypeLike = np.float32
) -> Weights:
    """Gives a network its memory, its first weights and its generator.

    Args:
        module: the layer or model; afterwards it can be used.
        seed: determines the weights, and what dropout and sampling draw later.
        dtype: float32, or float64 to check gradients.

    Returns:
        The memory, for an optimizer.
    """
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"networks compute in float32 or float64, not {dtype}")
    rng = np.random.default_rng(seed)
    parameters = list(module.parameters_by_name().values())
    line = CACHE_LINE // dtype.itemsize
    starts, size, decayed = {}, 0, 0
    for parameter in sorted(parameters, key=lambda p: not p.decayed):
        starts[id(parameter)] = size
        size += -(-math.prod(parameter.shape) // line) * line
        decayed = size if parameter.decayed else decayed
    values, gradients = aligned_zeros((2, size), dtype)
    for parameter in parameters:
        part = slice(starts[id(parameter)], starts[id(parameter)] + math.prod(parameter.shape))
        parameter.value = parameter.view(values[part])
        parameter.gradient = parameter.view(gradients[part])
        parameter.value[...] = parameter.initializer(rng, parameter.shape)
    module.set_rng(rng)
    for _, each in module.modules():
        each.dtype = dtype
        each.setup()
    return Weights(values, gradients, decayed)


def named_arrays(module: Module) -> dict[str, Array]:
    """Parameters and other state by name, as views: changing them changes the network."""
    arrays = {name: p.value for name, p in module.parameters_by_name().items()}
    for prefix, part in module.modules():
        arrays |= {prefix + name: array for name, array in part.state().items()}
    return arrays


def set_arrays(module: Module, arrays: Mapping[str, Array]) -> None:
    """Sets what `named_arrays` returned, from another network of the same architecture.

    Raises:
        ValueError: if a name is missing or unknown, or a shape differs; nothing is changed then.
    """
    own = named_arrays(module)
    if missing := sorted(set(own) ^ set(arrays)):
        raise ValueError(f"not the same architecture: {missing[0]} is in only one of the two")
    for name, array in own.items():
        if arrays[name].shape != array.shape:
            raise ValueError(
                f"not the same architecture: {name} has shape {arrays[name].shape}, "
                f"not {array.shape}"
            )
    for name, array in own.items():
        array[...] = arrays[name]
