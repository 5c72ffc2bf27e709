"""The rules that hold the packages apart, read from their sources.

env2048 <- agents -> networks. Nobody imports against the arrows, and env2048 and networks do not
know of each other.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("env2048", "agents", "networks")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TREES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"), str(path))
    for path in FILES
}

ALLOWED_OF_OURS = {
    "env2048": {"env2048"},
    "agents": {"agents", "env2048", "networks"},
    "networks": {"networks"},
}
LAUNCHER = "env2048/__main__.py"
"""Starts the command line, so it alone looks up from the bottom."""

DECORATOR = "env2048/jit.py"
COMPILERS = {"jit", "njit", "intrinsic", "vectorize", "guvectorize", "stencil", "cfunc"}

LIBRARIES_OF_NETWORKS = {
    "networks/checkpoint.py": {"safetensors"},
    "networks/data/*": {"PIL", "platformdirs", "pooch"},
    "networks/demos/*": {"PIL"},
}
"""Beside NumPy, which is all that a network is made of."""

HEAVY = {"numba", "pygame", "matplotlib", "pydantic", "PIL", "safetensors", "rich"}
LIGHT = ["agents/cli/*.py", "*/config.py", "env2048/__init__.py", "agents/__init__.py", LAUNCHER]
"""What is imported before it is known what to do: `scratch2048 --help` is to be fast."""

LIGHT_BUT = {"agents/cli/show.py": {"rich"}}
"""Imported only once a command runs."""


class Import(NamedTuple):
    module: str
    line: int
    when_loaded: bool

    @property
    def top(self) -> str:
        return self.module.split(".")[0]


def imports(tree: ast.AST, when_loaded: bool = True) -> Iterator[Import]:
    """Every import, but those that only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, when_loaded)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield Import(node.module or "", node.lineno, when_loaded)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for other in node.orelse:
                yield from imports(other, when_loaded)
        else:
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, when_loaded and not is_function)


def decorators(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                yield ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


def calls(tree: ast.AST) -> Iterator[str]:
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_script(tree: ast.Module) -> bool:
    """Whether it is run by hand to make a file of the package: `python -m networks.data.make`."""
    return any(
        isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in tree.body
    )


def matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def test_all_packages_are_looked_at():
    assert {name.split("/")[0] for name in TREES} == set(PACKAGES)
    assert LAUNCHER in TREES
    assert "agents/cli/main.py" in TREES


def test_imports_follow_the_arrows():
    for name, tree in TREES.items():
        allowed = ALLOWED_OF_OURS[name.split("/")[0]] | ({"agents"} if name == LAUNCHER else set())
        forbidden = set(PACKAGES) - allowed
        assert not [found for found in imports(tree) if found.top in forbidden], name


def test_nothing_is_pickled():
    pickles = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    for name, tree in TREES.items():
        assert not [found for found in imports(tree) if found.top in pickles], name
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert ast.unparse(node.value) == "False", name


def test_compiled_code_is_in_kernels():
    for name, tree in TREES.items():
        found = {decorator.split(".")[-1] for decorator in decorators(tree)} & COMPILERS
        if name.endswith("/kernels.py"):  # with the cache that cannot go stale, and no other
            assert found <= {"jit", "intrinsic"}, name
            assert "env2048.jit" in {found.module for found in imports(tree)}, name
        else:
            assert not found, name
            if name != DECORATOR:
                assert not [found for found in imports(tree) if found.top == "numba"], name


def test_only_the_command_line_prints():
    prints = {"print", "sys.stdout.write", "sys.stderr.write", "pprint.pprint"}
    for name, tree in TREES.items():
        if not matches(name, ["agents/cli/*", LAUNCHER]) and not is_script(tree):
            assert not prints & set(calls(tree)), name
            libraries = {"rich", "tyro", "argparse"}
            assert not [found for found in imports(tree) if found.top in libraries], name


def test_configs_and_the_command_line_load_fast():
    names = [name for name in TREES if matches(name, LIGHT)]
    assert len(names) > 10
    for name in names:
        heavy = HEAVY - LIGHT_BUT.get(name, set())
        early = [found for found in imports(TREES[name]) if found.when_loaded]
        assert not [found for found in early if found.top in heavy], name


def test_networks_are_made_of_numpy():
    for name, tree in TREES.items():
        if name.startswith("networks/"):
            allowed = {"networks", "numpy", *sys.stdlib_module_names}
            for pattern, libraries in LIBRARIES_OF_NETWORKS.items():
                allowed |= libraries if fnmatch(name, pattern) else set()
            assert not [found for found in imports(tree) if found.top not in allowed], name


@pytest.mark.parametrize("module", ["env2048", "agents", "agents.cli.main", "agents.ntuple.config"])
def test_what_is_light_loads_nothing_heavy(module):
    program = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    process = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(process.stdout.split())
    assert module.split(".")[0] in loaded
    assert not HEAVY & loaded


def test_files_are_small():
    """One idea each, in about 300 lines; kernels may be longer."""
    for path in FILES:
        if path.name != "kernels.py":
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 330, path
