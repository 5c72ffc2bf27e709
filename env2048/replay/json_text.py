"""A replay as JSON text, both ways, and the one line that says what is wrong with a text."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from pydantic import ValidationError

from env2048.errors import ReplayError
from env2048.replay.fields import quote
from env2048.replay.model import FORMAT, VERSION, Replay

MAX_BRACKETS = 1_000_000
"""The most lists and objects in a text; to parse tens of millions takes seconds and gigabytes."""


def to_json(replay: Replay) -> str:
    """The text of a replay's file: a line per field, per row of a board, and per move's values."""
    return "{\n" + ",\n".join(_field_lines(replay)) + "\n}\n"


def _field_lines(replay: Replay) -> Iterator[str]:
    for name in Replay.model_fields:
        value = getattr(replay, name)
        if name == "values" and value is None:
            continue
        if isinstance(value, tuple) and value:
            lines = ",\n".join("    " + json.dumps(item, allow_nan=False) for item in value)
            yield f'  "{name}": [\n{lines}\n  ]'
        else:
            yield f'  "{name}": {json.dumps(value, allow_nan=False, ensure_ascii=False)}'


def parse_json(text: str) -> Any:
    """Parses JSON as its standard has it, without NaN and infinity.

    Raises:
        ReplayError: if the text is not JSON, or no replay could need as much of it.
    """
    if brackets(text) > MAX_BRACKETS:
        raise ReplayError(f"holds more than {MAX_BRACKETS:,} lists and objects; no replay does")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ReplayError("is not a replay: lists or objects are nested too deeply") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ReplayError(f"is not JSON: {error.msg} ({place})") from None
    except ValueError:  # Python's limit on the digits of an integer
        raise ReplayError("is not a replay: it holds a number of thousands of digits") from None


def brackets(text: str) -> int:
    """The number of lists and objects in JSON text, or a little more."""
    return text.count("[") + text.count("{")


def _refuse_constant(name: str) -> NoReturn:
    raise ReplayError(f"is not JSON: {name} is no number there; write null for a missing value")


def replay_from_object(content: Any) -> Replay:
    """The replay in parsed JSON.

    Raises:
        ReplayError: naming the field that is wrong.
    """
    if not isinstance(content, dict):
        raise ReplayError(f"is not a replay: expected an object with fields, not {quote(content)}")
    _check_identity(content)
    for name in content:
        if name not in Replay.model_fields:
            raise ReplayError(
                f"the field {quote(name)} is unknown; version {VERSION} has the fields "
                + ", ".join(Replay.model_fields)
            )
    try:
        return Replay.model_validate(content)
    except ValidationError as error:
        raise ReplayError(one_line(error)) from None


def _check_identity(content: dict[str, Any]) -> None:
    """Is it a replay, of a version that this program knows?"""
    if "format" not in content:
        raise ReplayError(f'is not a replay: the field format ("{FORMAT}") is missing')
    if content["format"] != FORMAT:
        given = quote(content["format"])
        raise ReplayError(f'is not a replay: format is {given}; expected "{FORMAT}"')
    if "version" not in content:
        raise ReplayError(f"the field version ({VERSION}) is missing")
    version = content["version"]
    if type(version) is not int or version < VERSION:
        raise ReplayError(f"version is {quote(version)}; expected {VERSION}")
    if version > VERSION:
        raise ReplayError(
            f"version {quote(version)} is newer than this program knows ({VERSION}); "
            "update scratch2048"
        )


def one_line(error: ValidationError) -> str:
    """The first finding of a validation, as `field: what was expected`."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"the field {field} is missing"
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    if first["type"] != "value_error":  # ours quote what they have to
        message += f", not {quote(first['input'])}"
    return f"{field}: {message}" if field else message
