"""Drawing boards: pictures and windows with pygame, text for terminals, GIFs.

Read `theme` (colours and timings), `layout` (where things are), `animation` (how tiles move), then
`painter` and `window`. pygame is imported only with `Painter`, `Window` and `write_gif`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from env2048.render.ansi import ansi
from env2048.render.display import has_display, require_display
from env2048.render.notes import Notes

if TYPE_CHECKING:
    from env2048.render.gif import write_gif
    from env2048.render.painter import Painter
    from env2048.render.window import Window

__all__ = ["Notes", "Painter", "Window", "ansi", "has_display", "require_display", "write_gif"]

_LAZY = {
    "Painter": "env2048.render.painter",
    "Window": "env2048.render.window",
    "write_gif": "env2048.render.gif",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
