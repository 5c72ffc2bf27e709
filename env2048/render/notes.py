"""What an application writes around and over the board: data only, no pygame."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

NO_VALUE = "–"
"""What stands for the value of an illegal move."""


@dataclass(frozen=True, eq=False)
class Notes:
    """Annotations of a picture; those left out are not drawn.

    Attributes:
        status: one line above the board: who plays, how fast, "paused".
        values: what is expected of up, right, down and left; NaN or None for an illegal move.
        hint: the move to highlight; the one with the highest value if None.
        headline: large words over the veiled board, as `theme.GAME_OVER`.
        message: a smaller line under the headline.
        won: veils the board in gold (a game won) instead of grey.
        bars: how full the bar in each move's box is, 0 to 1; None: there are none.
        level: how full the bar under the status is, 0 to 1; None: there is none.

    Raises:
        ValueError: if there are not four values, or the hint is not a move.
    """

    status: str = ""
    values: Sequence[float | None] | None = None
    hint: int | None = None
    headline: str = ""
    message: str = ""
    won: bool = False
    bars: Sequence[float | None] | None = None
    level: float | None = None

    def __post_init__(self) -> None:
        if self.values is not None and len(self.values) != 4:
            raise ValueError(f"values must be four numbers, not {len(self.values)}")
        if self.hint is not None and self.hint not in range(4):
            raise ValueError(f"hint must be a move, 0 to 3, not {self.hint!r}")

    @property
    def highlighted(self) -> int | None:
        """The move to highlight: the hint, or the (first) legal one of the highest value."""
        if self.hint is not None or self.values is None:
            return self.hint
        known = [(value, -a) for a, value in enumerate(self.values) if is_known(value)]
        return -max(known)[1] if known else None


def is_known(value: float | None) -> bool:
    """Whether a move has a value: it is legal."""
    return value is not None and not math.isnan(value)


def format_value(value: float | None) -> str:
    """A value in at most about seven characters.

    Example:
        >>> format_value(51234.56), format_value(43.21), format_value(0.51234), format_value(None)
        ('51,235', '43.2', '0.512', '–')
    """
    if value is None or math.isnan(value):
        return NO_VALUE
    size = abs(value)
    if size >= 1e7 and not math.isinf(size):
        return f"{value:.2e}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 10 else f"{value:.3f}"
