"""Recipes: training runs whose settings are in a file.

A recipe is a TOML file with the settings of `NTupleConfig`, and one `[[stages]]` table with those
of `Stage` for each stage. Those that come with the package are in `recipes/` and known by name.
"""

import tomllib
from pathlib import Path
from typing import Any

from agents.ntuple.config import NTupleConfig
from env2048.errors import Scratch2048Error, UnknownNameError

_FOLDER = Path(__file__).parent / "recipes"


class RecipeError(Scratch2048Error):
    """A recipe that cannot be read."""


def recipe_names() -> list[str]:
    """The recipes that come with the package."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def read_recipe(name_or_path: str) -> dict[str, Any]:
    """The settings of a recipe, checked.

    Raises:
        UnknownNameError: if there is no recipe of that name.
        RecipeError: if the file cannot be read, or its settings are wrong.
    """
    from agents.ntuple.patterns import parse_patterns  # NumPy; the names are wanted for --help

    path = _FOLDER / f"{name_or_path}.toml"
    if name_or_path not in recipe_names():
        path = Path(name_or_path)
        if path.suffix != ".toml":
            raise UnknownNameError(
                f"unknown recipe {name_or_path!r}: choose {', '.join(recipe_names())}, "
                "or give a .toml file"
            )
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        parse_patterns(NTupleConfig.from_dict(settings).network)
    except FileNotFoundError:
        raise RecipeError(f"{path}: no such file") from None
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror or error}") from None
    except (ValueError, TypeError) as error:
        raise RecipeError(f"{path}: {error}") from None
    return settings
