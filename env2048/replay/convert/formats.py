"""Any known format in, any known format out."""

import json
from os import PathLike
from typing import Literal, get_args

from env2048.errors import ReplayError
from env2048.replay.convert.league2048 import from_2048league, to_2048league
from env2048.replay.convert.rl2048 import from_2048rl, is_2048rl, to_2048rl
from env2048.replay.files import naming, read_text, write_text
from env2048.replay.json_text import parse_json, replay_from_object, to_json
from env2048.replay.model import Replay

Format = Literal["scratch2048", "2048rl", "2048league"]
FORMATS: tuple[Format, ...] = get_args(Format)


def read_any(path: str | PathLike[str]) -> Replay:
    """Reads a replay in any of the formats; the text tells which one it is.

    A scratch2048 file is read as by `read_replay`: it still is to be verified. The others say
    nothing of score and end, so they are played through here: every step follows the rules.

    Raises:
        ReplayError: if the file cannot be read, or is none of the formats, or a move is wrong.
    """
    with naming(path):
        text = read_text(path)
        if text.lstrip()[:1] not in ("{", "["):
            try:
                return from_2048league(text)
            except ReplayError as error:
                raise ReplayError(
                    f"is neither JSON nor a game in 2048league's text: {error}"
                ) from None
        content = parse_json(text)
        return from_2048rl(content) if is_2048rl(content) else replay_from_object(content)


def render(replay: Replay, to: Format) -> str:
    """The text of the replay's file in a format.

    Raises:
        ReplayError: if the format cannot hold the replay.
        ValueError: if the format is unknown.
    """
    if to == "scratch2048":
        return to_json(replay)
    if to == "2048rl":
        return json.dumps(to_2048rl(replay)) + "\n"
    if to == "2048league":
        return to_2048league(replay)  # without a newline: other readers take it for a tile
    raise ValueError(f"the format must be one of {', '.join(FORMATS)}, not {to!r}")


def write_any(replay: Replay, path: str | PathLike[str], to: Format) -> None:
    """Writes the replay in a format, as atomically as `write_replay`.

    Raises:
        ReplayError: if the format cannot hold the replay, or the file cannot be written.
        ValueError: if the format is unknown.
    """
    text = render(replay, to)
    with naming(path):
        write_text(text, path)
