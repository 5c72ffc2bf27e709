"""Checks of the settings of a run, which may come from a file: plain data, of any type."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any


def check_known(kind: type, settings: Mapping[str, Any]) -> None:
    """Checks that a dataclass has all of these settings.

    Raises:
        ValueError: naming the one that it has not.
    """
    known = {field.name for field in fields(kind)}
    for name in settings:
        if name not in known:
            raise ValueError(f"unknown setting {name!r}: choose {', '.join(sorted(known))}")


def check_whole(settings: object, **ranges: tuple[int, int | None]) -> None:
    """Checks that attributes are whole numbers, each from its least on to its most, None: any.

    Raises:
        ValueError: naming the one that is not.
    """
    for name, (least, most) in ranges.items():
        value = getattr(settings, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be a whole number, {least} or more, not {value!r}")
        if most is not None and value > most:
            raise ValueError(f"{name} must be at most {most}, not {value}")


def check_range(settings: object, **highest: float) -> None:
    """Checks that attributes are numbers from 0 to these.

    Raises:
        ValueError: naming the one that is not.
    """
    for name, most in highest.items():
        value = getattr(settings, name)
        if not is_number(value) or not 0 <= value <= most:
            raise ValueError(f"{name} must be 0 to {most:g}, not {value!r}")


def is_number(value: Any) -> bool:
    """Whether it is a number, and not a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)
