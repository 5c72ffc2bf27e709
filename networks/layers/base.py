"""What all layers have in common: parameters, memory, and the pair `forward` and `backward`.

Arrays hold features first and the batch last: one column per example, as in Nielsen's book, so his
equations are the code:

    z = w a + b            w [outputs, inputs], a [inputs, N], b [outputs, 1]

Axes between the two are places (time, rows and columns of an image). It is also the fastest order:
loops run along the batch, and every product is one large matrix product.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from networks.arrays import Array, Shape, aligned_zeros
from networks.initializers import Initializer


class Parameter:
    """An array that is learned.

    Attributes:
        shape: its shape.
        initializer: how it begins.
        decayed: whether weight decay applies (to weights; not to biases and gains).
        transposed: whether the last axis comes first in memory.
        value: the array; like `gradient` a view of the network's one vector, see `allocate`.
        gradient: the derivative of the loss by each value; `backward` overwrites it.
    """

    value: Array
    gradient: Array

    def __init__(
        self,
        shape: Shape,
        initializer: Initializer,
        decayed: bool = True,
        transposed: bool = False,
    ) -> None:
        self.shape, self.initializer = shape, initializer
        self.decayed, self.transposed = decayed, transposed

    def view(self, memory: Array) -> Array:
        """This much memory [size] in the parameter's shape."""
        if self.transposed:
            return memory.reshape(self.shape[::-1]).T
        return memory.reshape(self.shape)

    def __getattr__(self, name: str) -> Array:
        raise AttributeError(f"a parameter has no {name} before networks.layers.allocate(layer)")


class Module:
    """Anything with parameters: its own, and those of the modules among its attributes."""

    dtype: np.dtype
    """Set by `allocate`, as is `rng`."""
    rng: np.random.Generator
    """One generator for the whole network: dropout, sampling."""

    def __init__(self) -> None:
        self._buffers: dict[str, Array] = {}
        self._memory: dict[str, Array] = {}

    def __getattr__(self, name: str) -> Any:
        if name in ("dtype", "rng"):
            name = f"{name} before networks.layers.allocate gives it memory"
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def children(self) -> Iterator[tuple[str, "Module"]]:
        """The modules among the attributes, alone or in lists, in order of assignment."""
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value
            elif isinstance(value, (list, tuple)):
                for i, item in enumerate(value):
                    if isinstance(item, Module):
                        yield f"{name}.{i}", item

    def modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """This module and all below it, with the prefix of their parameters' names."""
        yield prefix, self
        for name, child in self.children():
            yield from child.modules(f"{prefix}{name}.")

    def parameters_by_name(self) -> dict[str, Parameter]:
        """All parameters: `network.0.w`, ...

        Raises:
            ValueError: if a module stands in two places: its second `backward` would overwrite the
                gradients of the first. Put both inputs into one batch instead.
        """
        seen: set[int] = set()
        found = {}
        for prefix, module in self.modules():
            if id(module) in seen:
                raise ValueError(
                    f"{prefix.rstrip('.')}: this {type(module).__name__} already stands elsewhere "
                    "in the network; to share weights, put both inputs into one batch"
                )
            seen.add(id(module))
            for name, value in vars(module).items():
                if isinstance(value, Parameter):
                    found[prefix + name] = value
        return found

    def state(self) -> dict[str, Array]:
        """What this module alone remembers beside its parameters: arrays, changed in place."""
        return {}

    def set_rng(self, rng: np.random.Generator) -> None:
        """Draws whatever is random in here from this generator from now on."""
        for _, module in self.modules():
            module.rng = rng

    def setup(self) -> None:
        """Takes note of a new `dtype`: forgets all buffers."""
        self._buffers.clear()
        self._memory.clear()

    def buffer(self, name: str, shape: Shape, dtype: DTypeLike | None = None) -> Array:
        """An array of this module's own, kept between calls; its content is what was left there.

        A change of shape (the last batch of an epoch) is a new view of the same memory, which only
        ever grows.
        """
        found = self._buffers.get(name)
        if found is not None and found.shape == shape:
            return found
        size = math.prod(shape)
        memory = self._memory.get(name)
        if memory is None or memory.size < size:
            memory = self._memory[name] = aligned_zeros((size,), dtype or self.dtype)
        view = self._buffers[name] = memory[:size].reshape(shape)
        return view

    def like(self, name: str, array: Array, dtype: DTypeLike | None = None) -> Array:
        """A buffer of the array's shape, with its axes in the same order in memory."""
        if array.flags.c_contiguous:
            return self.buffer(name, array.shape, dtype)
        if array.flags.f_contiguous:
            return self.buffer(name, array.shape[::-1], dtype).T
        axes = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
        memory = self.buffer(name, tuple(array.shape[axis] for axis in axes), dtype)
        return memory.transpose(np.argsort(axes))


class Layer(Module, ABC):
    """A differentiable function of one array, with what it takes to derive it.

    `forward` remembers what `backward` needs, so `backward` belongs to the last `forward`. What
    both return is the layer's own memory, valid until its next call: copy what you keep. In turn
    leave x as it is until `backward` is done.
    """

    @abstractmethod
    def forward(self, x: Array, training: bool = False) -> Array:
        """The function's value.

        Args:
            x: features first, batch last, [F, ..., N].
            training: whether dropout drops and batch normalization looks at the batch.
        """

    @abstractmethod
    def backward(self, delta: Array) -> Array:
        """Sets the gradients of the parameters and passes the rest on.

        Args:
            delta: the derivative of the loss by what `forward` returned, same shape.

        Returns:
            The derivative of the loss by x, in the shape of x.
        """

    def parameter_gradients(self, delta: Array) -> None:
        """`backward` for the first layer, which needs no derivative by its input."""
        self.backward(delta)
