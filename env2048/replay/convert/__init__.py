"""Replays in the formats of other programs.

Read in this order: `formats.py` (any format in, any out), `rl2048.py` (2048rl's `gameplay.json`),
`league2048.py` (2048league text).
"""

from env2048.replay.convert.formats import FORMATS, read_any, render, write_any
from env2048.replay.convert.league2048 import from_2048league, to_2048league
from env2048.replay.convert.rl2048 import from_2048rl, to_2048rl

__all__ = [
    "FORMATS",
    "from_2048league",
    "from_2048rl",
    "read_any",
    "render",
    "to_2048league",
    "to_2048rl",
    "write_any",
]
