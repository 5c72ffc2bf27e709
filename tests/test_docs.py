"""The examples in the READMEs run: every Python block, in turn, in a folder with a replay in it.

The blocks of one page share their names, as they would if a reader typed them in turn. A block
after the comment `<!-- not run: reason -->` needs what tests do not have, such as a window.
"""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("*/README.md"))]

_BLOCK = re.compile(
    r"^(?P<skip><!-- not run: .+ -->\n+)?```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)


def name(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page):
    """The code of each block that runs, with its first line's number in the page."""
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        if not match["skip"]:
            yield text.count("\n", 0, match.start("code")), match["code"]


def test_the_pages_are_found():
    assert {"README.md", "env2048/README.md", "replays/README.md"} <= {*map(name, PAGES)}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "replays" / "random.json", "best.json")  # a replay that a reader may have
    names = {"__name__": "__main__"}
    for line, code in blocks(page):
        exec(compile("\n" * line + code, str(page), "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_examples_are_short(page):
    for line, code in blocks(page):
        assert code.count("\n") <= 30, f"{name(page)}:{line}"
