"""One HTML file out of several: a page that is opened from disk can load neither modules nor data.

The convention, for pages without a build step:

* The page is `index.html` in a folder of its own, with classic scripts and style sheets beside it:
  `<script src="NAME.js"></script>` and `<link rel="stylesheet" href="NAME.css">`. The scripts run
  in the order of the page and share their names, so each may use what stands in those above it.
* Data are JSON in `<script type="application/json" id="ID"></script>`, empty in the file. A script
  reads them with `JSON.parse(document.getElementById("ID").textContent)`.
* Packing puts all of that where its tag stands.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PART = re.compile(
    r'<script src="(?P<script>[\w.-]+)"></script>'
    r'|<link rel="stylesheet" href="(?P<style>[\w.-]+)">'
    r'|<script type="application/json" id="(?P<data>[\w-]+)"></script>'
)


def pack(folder: Path, data: Mapping[str, Any]) -> str:
    """The page `index.html` of a folder with its scripts, styles and data in it.

    Args:
        folder: holds the page and the files that it names.
        data: what is put as JSON into the script elements of these ids.

    Raises:
        ValueError: if the ids of the data are not those of the page, or if a script contains what
            would end its element.
    """

    def part(match: re.Match[str]) -> str:
        if name := match["script"]:
            return f"<script>\n{_script(folder / name)}</script>"
        if name := match["style"]:
            return f"<style>\n{_read(folder / name)}</style>"
        # In JSON, "<" can only stand in strings, where it may be written so.
        code = json.dumps(data[match["data"]], separators=(",", ":")).replace("<", "\\u003c")
        return f'<script type="application/json" id="{match["data"]}">{code}</script>'

    page = _read(folder / "index.html")
    wanted = {match["data"] for match in _PART.finditer(page)} - {None}
    if wanted != set(data):
        raise ValueError(f"{folder}: takes data for {sorted(wanted)}, not {sorted(data)}")
    return _PART.sub(part, page)


def _script(path: Path) -> str:
    code = _read(path)
    if found := re.search(r"</script|<!--", code, flags=re.IGNORECASE):
        raise ValueError(f"{path}: {found[0]} would end the script within a page")
    return code


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
