"""One HTML file out of several."""

import json
import re

import pytest

from networks.demos.draw.packing import pack

PAGE = """<!doctype html>
<link rel="stylesheet" href="style.css">
<script type="application/json" id="data"></script>
<script src="first.js"></script>
<script src="second.js"></script>
"""


@pytest.fixture
def folder(tmp_path):
    files = {
        "index.html": PAGE,
        "style.css": "p { color: red }\n",
        "first.js": 'const a = "\\1 ü";\n',
        "second.js": "use(a);\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_everything_stands_where_its_tag_stood(folder):
    assert pack(folder, {"data": {"n": [1, 2]}}) == (
        "<!doctype html>\n"
        "<style>\np { color: red }\n</style>\n"
        '<script type="application/json" id="data">{"n":[1,2]}</script>\n'
        '<script>\nconst a = "\\1 ü";\n</script>\n'
        "<script>\nuse(a);\n</script>\n"
    )


def test_data_cannot_end_their_element(folder):
    data = {"text": '</script><!-- <link rel="stylesheet" href="style.css">'}
    page = pack(folder, {"data": data})
    code = re.search(r'id="data">(.*)</script>', page)[1]
    assert "<" not in code
    assert json.loads(code) == data


@pytest.mark.parametrize("code", ["'</script>'", "'</SCRIPT '", "x <!--y"])
def test_a_script_that_would_end_its_element_is_refused(folder, code):
    (folder / "second.js").write_text(code, encoding="utf-8")
    with pytest.raises(ValueError, match=r"(?i)second\.js: (</script|<!--) would end"):
        pack(folder, {"data": 1})


@pytest.mark.parametrize("data", [{}, {"other": 1}, {"data": 1, "other": 1}])
def test_data_and_page_must_fit(folder, data):
    with pytest.raises(ValueError, match=r"takes data for \['data'\], not \["):
        pack(folder, data)
