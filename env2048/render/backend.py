"""The one place that imports pygame: `from env2048.render.backend import pygame`."""

import os

# Without this, pygame greets on stdout, where our callers print JSON.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

try:
    import pygame
except ImportError as error:  # pragma: no cover
    raise ImportError(
        "drawing needs pygame: run `pip install pygame-ce` (and not the package `pygame` beside it)"
    ) from error

__all__ = ["pygame"]
