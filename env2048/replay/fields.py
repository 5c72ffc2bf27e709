"""The harder fields of a replay: boards, values and names.

Their checks are written out here, not left to pydantic's nested types: a hostile file can hold
millions of mistakes, and these stop at the first one and say where it is.
"""

import math
from reprlib import Repr
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from env2048.board import MAX_EXPONENT, Board
from env2048.replay.codec import MAX_SIZE, MIN_SIZE

Rows = tuple[tuple[int, ...], ...]
"""A board as rows of exponents."""

MoveValues = tuple[float | None, ...]
"""The values of up, right, down, left; None for an illegal move."""

_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 40


def quote(value: object) -> str:
    """A value from a file as it may stand in a message: short, on one line, no control codes."""
    text = _short.repr(value)
    return text if len(text) <= 100 else text[:97] + "..."


def rows_of(board: Board) -> Rows:
    """A board as rows of Python integers."""
    return tuple(tuple(int(tile) for tile in row) for row in board)


def _check_rows(value: Any) -> Rows:
    rows = value.tolist() if isinstance(value, np.ndarray) else value
    if not _is_list(rows, MIN_SIZE, MAX_SIZE) or not all(
        _is_list(row, len(rows), len(rows)) for row in rows
    ):
        raise ValueError(f"expected {MIN_SIZE} to {MAX_SIZE} rows, each as long as there are rows")
    for i, row in enumerate(rows, start=1):
        for j, tile in enumerate(row, start=1):
            if type(tile) is not int or not 0 <= tile <= MAX_EXPONENT:
                raise ValueError(
                    f"row {i}, column {j} is {quote(tile)}; expected an exponent, "
                    f"an integer from 0 (empty) to {MAX_EXPONENT} (the tile {1 << MAX_EXPONENT})"
                )
    return tuple(map(tuple, rows))


def _check_values(value: Any) -> tuple[MoveValues | None, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise ValueError("expected null or a list with one entry per move")
    return tuple(_check_move_values(number, entry) for number, entry in enumerate(value, start=1))


def _check_move_values(number: int, entry: Any) -> MoveValues | None:
    if entry is None:
        return None
    if not _is_list(entry, 4, 4) or not all(x is None or _is_finite(x) for x in entry):
        raise ValueError(
            f"the entry of move {number} is {quote(entry)}; expected null, or four finite numbers "
            "with null for an illegal move"
        )
    return tuple(None if x is None else float(x) for x in entry)


def _is_list(value: Any, shortest: int, longest: int) -> bool:
    return isinstance(value, list | tuple) and shortest <= len(value) <= longest


def _is_finite(value: Any) -> bool:
    if type(value) not in (int, float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond the largest float
        return False


def _check_printable(text: str) -> str:
    """Names are shown on terminals: no control codes, no halves of surrogate pairs."""
    if not text.isprintable():
        raise ValueError(f"expected printable characters, not {quote(text)}")
    return text


def _list_of(items: dict[str, Any], shortest: int, longest: int, kind: Any = "array") -> Any:
    """The JSON Schema of a list."""
    return {"type": kind, "minItems": shortest, "maxItems": longest, "items": items}


_EXPONENT_SCHEMA = {"type": "integer", "minimum": 0, "maximum": MAX_EXPONENT}
_ROWS_SCHEMA = _list_of(_list_of(_EXPONENT_SCHEMA, MIN_SIZE, MAX_SIZE), MIN_SIZE, MAX_SIZE)
_ENTRY_SCHEMA = _list_of({"type": ["number", "null"]}, 4, 4, kind=["array", "null"])
_VALUES_SCHEMA = {"type": ["array", "null"], "items": _ENTRY_SCHEMA}

RowsField = Annotated[Rows, BeforeValidator(_check_rows), WithJsonSchema(_ROWS_SCHEMA)]
ValuesField = Annotated[
    tuple[MoveValues | None, ...] | None,
    BeforeValidator(_check_values),
    WithJsonSchema(_VALUES_SCHEMA),
]
NameField = Annotated[str, Field(max_length=200), AfterValidator(_check_printable)]
