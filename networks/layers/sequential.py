"""Layers one after the other."""

from collections.abc import Iterator

from networks.arrays import Array
from networks.layers.base import Layer, Module


class Sequential(Layer):
    """The composition of layers, first to last.

    Backpropagation is the chain rule from last to first: each layer turns the derivative by its
    output into the derivative by its input, which is the output of the layer before.
    """

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        if not layers:
            raise ValueError("a Sequential needs at least one layer")
        self.layers = layers

    def children(self) -> Iterator[tuple[str, Module]]:
        """The layers, named by their place."""
        for i, layer in enumerate(self.layers):
            yield str(i), layer

    def forward(self, x: Array, training: bool = False) -> Array:
        """What the last layer returns."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, delta: Array) -> Array:
        """The derivative by the first layer's input."""
        for layer in reversed(self.layers):
            delta = layer.backward(delta)
        return delta

    def parameter_gradients(self, delta: Array) -> None:
        """`backward` without the derivative by the first layer's input."""
        for layer in reversed(self.layers[1:]):
            delta = layer.backward(delta)
        self.layers[0].parameter_gradients(delta)
