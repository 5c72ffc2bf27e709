"""Sequences of moves side by side, whatever is known of them."""

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class Sequences:
    """Arrays whose last axis counts sequences: what is a sequence's stands in the same column."""

    def columns(self, part: slice) -> Self:
        """Views of some sequences."""
        return type(self)(**{name: array[..., part] for name, array in vars(self).items()})

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """The sequences of all parts side by side."""
        if len(parts) == 1:
            return parts[0]
        every = [vars(part) for part in parts]
        return cls(**{n: np.concatenate([p[n] for p in every], axis=-1) for n in every[0]})
