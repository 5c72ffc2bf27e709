"""The examples of the page run, and are short."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "networks" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_run(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = EXAMPLES[number]
    assert len(code.strip().splitlines()) <= 30
    exec(compile(code, f"README example {number + 1}", "exec"), {"__name__": "example"})


def test_it_begins_with_the_order_of_reading():
    assert re.findall(r"^## (.*)$", README, flags=re.MULTILINE)[0] == "Read in this order"
    files = re.findall(r"\]\(([\w/]+\.py)\)", README)
    assert len(files) > 8
    for file in files:
        assert (Path(__file__).parents[2] / "networks" / file).is_file()
