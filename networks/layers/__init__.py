"""Layers: differentiable functions with explicit `forward` and `backward`."""

from networks.layers.activations import (
    GELU,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
    sigmoid,
)
from networks.layers.base import Layer, Module, Parameter
from networks.layers.dense import Dense
from networks.layers.dropout import Dropout
from networks.layers.embedding import Embedding
from networks.layers.normalization import BatchNorm, LayerNorm
from networks.layers.sequential import Sequential
from networks.layers.weights import Weights, allocate, named_arrays, set_arrays

__all__ = [
    "GELU",
    "BatchNorm",
    "Dense",
    "Dropout",
    "Embedding",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Weights",
    "allocate",
    "named_arrays",
    "set_arrays",
    "sigmoid",
]
