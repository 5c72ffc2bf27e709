"""What a replay holds: the model behind the file format, and its JSON Schema.

The model judges the form of a replay (fields, types, ranges); whether the game in it follows the
rules is `verify`'s to judge.
"""

import json
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from env2048.board import DIRECTIONS, MAX_EXPONENT, Board
from env2048.replay.codec import MAX_SIZE, MIN_SIZE
from env2048.replay.fields import NameField, RowsField, ValuesField

FORMAT: Literal["scratch2048-replay"] = "scratch2048-replay"
VERSION: Literal[1] = 1

MAX_MOVES = MAX_SIZE**2 << (MAX_EXPONENT - 1)
"""No game is longer: a new tile adds 2 or more to the sum of the tiles, and none passes 2^17."""

Ending = Literal["dead", "goal", "quit"]

# The patterns are for other readers of the schema; here, `verify` names the move that is wrong.
_Moves = Annotated[
    str, Field(max_length=MAX_MOVES, json_schema_extra={"pattern": f"^[{DIRECTIONS}]*$"})
]
_Spawns = Annotated[
    str, Field(max_length=MAX_MOVES, json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$"})
]
_Format = Annotated[
    Literal["scratch2048-replay"], WithJsonSchema({"type": "string", "const": FORMAT})
]
_Version = Annotated[Literal[1], WithJsonSchema({"type": "integer", "const": VERSION})]


class Replay(BaseModel):
    """One game of 2048, from its start to its last board. Immutable.

    A replay that exists is well-formed; `verify` tells whether its game follows the rules. Unknown
    fields are refused, so that a misspelt one is noticed.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, title="Scratch2048 replay"
    )

    format: _Format = Field(default=FORMAT, description="Says what the file is.")
    version: _Version = Field(default=VERSION, description="The version of the format.")
    size: int = Field(ge=MIN_SIZE, le=MAX_SIZE, description="Rows and columns of the board.")
    four_probability: float = Field(
        ge=0, le=1, description="The probability that a new tile is a 4, not a 2."
    )
    agent: NameField | None = Field(default=None, description="Who played.")
    seed: int | None = Field(
        default=None, ge=0, description="The seed that the game's environment was reset with."
    )
    key: int | None = Field(
        default=None, ge=0, lt=1 << 64, description="The key of the stream of new tiles."
    )
    start: RowsField = Field(description="The first board: rows of exponents, 0 for empty.")
    moves: _Moves = Field(description="One letter per move: up, right, down, left.")
    spawns: _Spawns = Field(
        description="One character per move, the new tile: index 2 * cell + (1 for a 4) in "
        "A-Za-z0-9-_, where cell = size * row + column."
    )
    score: int = Field(ge=0, lt=1 << 53, description="The sum of all tiles made by merging.")
    max_tile: int = Field(
        ge=0, le=1 << MAX_EXPONENT, description="The face value of the largest tile at the end."
    )
    final: RowsField = Field(description="The last board, as in start.")
    ended: Ending = Field(
        description="dead: no move was legal. goal: stopped at a tile that was aimed for. "
        "quit: stopped for any other reason."
    )
    values: ValuesField = Field(
        default=None,
        description="What the player thought of up, right, down, left before each move: four "
        "numbers, null for an illegal move; or null for a move without values.",
    )

    @model_validator(mode="after")
    def _check_lengths(self) -> "Replay":
        for name, rows in (("start", self.start), ("final", self.final)):
            if len(rows) != self.size:
                raise ValueError(f"{name} has {len(rows)} rows, but size is {self.size}")
        if self.values is not None and len(self.values) != len(self.moves):
            raise ValueError(
                f"values has {len(self.values)} entries, but there are {len(self.moves)} moves"
            )
        return self

    def start_board(self) -> Board:
        """The first board, uint8 [size, size], a new array."""
        return np.array(self.start, dtype=np.uint8)

    def final_board(self) -> Board:
        """The last board, uint8 [size, size], a new array."""
        return np.array(self.final, dtype=np.uint8)


def schema() -> dict[str, Any]:
    """The JSON Schema of the format, as in `replays/schema.json`."""
    model = Replay.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:scratch2048:replay:1",
        **model,
        "description": "One game of 2048: what a replay file of Scratch2048 holds.",
        # They have defaults in Python, but a file has to say what it is.
        "required": ["format", "version", *model["required"]],
    }


def schema_text() -> str:
    """The text of `replays/schema.json`."""
    return json.dumps(schema(), indent=2) + "\n"
