import pytest

from agents.ntuple.config import NTupleConfig
from agents.ntuple.patterns import parse_patterns
from agents.ntuple.recipe import RecipeError, read_recipe, recipe_names
from env2048.errors import UnknownNameError


def test_the_recipes_of_the_package():
    assert "ten-thousand" in recipe_names()
    for name in recipe_names():
        config = NTupleConfig.from_dict(read_recipe(name))
        assert parse_patterns(config.network).entries
    assert NTupleConfig.from_dict(read_recipe("ten-thousand")).games == 10_000


def test_a_recipe_of_one_s_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'network = "0123"\n[[stages]]\ngames = 5\nalgorithm = "td0"\n[[stages]]\ngames = 7\n'
    )
    config = NTupleConfig.from_dict(read_recipe(str(path)))
    assert (config.games, [stage.algorithm for stage in config.stages]) == (12, ["td0", "tc"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("network = 4x6", r"mine\.toml: .*line 1"),
        ("speed = 3", r"mine\.toml: unknown setting 'speed': choose algorithm"),
        ("games = 0", r"mine\.toml: games must be a whole number"),
        ("network = 5", r"mine\.toml: network must be names or patterns, not 5"),
        ('network = "4x7"', r"mine\.toml: unknown network '4x7'"),
        ('split = "2048"', r"mine\.toml: split must be a tile from 4 to 32768, not '2048'"),
        ("alpha = 0.5\n[[stages]]\ngames = 5", r"mine\.toml: alpha is a setting of each stage"),
        ("stages = [3]", r"mine\.toml: not settings: 3"),
        ("stages = 3", r"mine\.toml: stages must be a list of settings, not 3"),
        (b"\xff\xfe", r"mine\.toml: .*decode"),
    ],
)
def test_wrong_recipes(text, message, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RecipeError, match=message):
        read_recipe(str(path))


def test_recipes_that_are_not_there(tmp_path):
    with pytest.raises(
        UnknownNameError, match=r"unknown recipe 'a-day': choose .*, or give a \.toml"
    ):
        read_recipe("a-day")
    with pytest.raises(RecipeError, match=r"none\.toml: no such file"):
        read_recipe(str(tmp_path / "none.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RecipeError, match=r"folder\.toml: Is a directory"):
        read_recipe(str(tmp_path / "folder.toml"))
