"""Equality of what environments return: nested dicts, tuples and arrays, types included."""

from collections.abc import Iterator
from typing import Any

import numpy as np


def assert_same(first: Any, second: Any, where: str = "") -> None:
    """Fails, naming the place, unless both have the same types, dtypes, shapes, keys and values."""
    assert type(first) is type(second), f"{where}: {type(first)} and {type(second)}"
    if isinstance(first, dict):
        only_one = set(first) ^ set(second)
        assert not only_one, f"{where}: only one has the keys {sorted(only_one)}"
        for key in first:
            assert_same(first[key], second[key], f"{where}[{key!r}]")
    elif isinstance(first, (tuple, list)):
        assert len(first) == len(second), f"{where}: {len(first)} and {len(second)} items"
        for i, (one, other) in enumerate(zip(first, second, strict=True)):
            assert_same(one, other, f"{where}[{i}]")
    elif isinstance(first, np.ndarray):
        assert first.dtype == second.dtype, f"{where}: {first.dtype} and {second.dtype}"
        assert first.shape == second.shape, f"{where}: {first.shape} and {second.shape}"
        if first.dtype == object:
            assert_same(list(first.flat), list(second.flat), where)
        else:
            assert first.tobytes() == second.tobytes(), f"{where}:\n{first}\nand\n{second}"
    else:
        assert first == second, f"{where}: {first!r} and {second!r}"


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Every array in a nested value."""
    if isinstance(value, dict):
        value = value.values()
    elif isinstance(value, np.ndarray):
        yield value
        value = value.flat if value.dtype == object else ()
    elif not isinstance(value, (tuple, list)):
        return
    for item in value:
        yield from arrays_in(item)
