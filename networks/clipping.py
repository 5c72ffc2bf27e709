"""Gradients that are too long are made shorter."""

import numpy as np

from networks.arrays import Array


def clip_gradients(gradients: Array, limit: float) -> float:
    """Scales all gradients down together where their norm exceeds the limit.

    Pascanu et al. 2013, algorithm 1: the direction stays.

    Args:
        gradients: [P], changed.
        limit: the largest norm.

    Returns:
        The norm before.
    """
    norm = float(np.sqrt(gradients @ gradients))
    if norm > limit:
        gradients *= limit / norm
    return norm
