"""`scratch2048 nets draw`: draw a digit in the browser and see the network's answer live."""

import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from agents.cli.command import Command, Count, Flag
from agents.cli.games import claim_run
from agents.cli.nets.data import NetworkError, load_network
from env2048.errors import UsageError

_HIGHEST_PORT = 65535


@dataclass(frozen=True, kw_only=True)
class NetsDraw(Command):
    """Opens a page on which one draws a digit and sees the network's answer live.

    The network runs in the page itself, which is one file: with --export it works when opened from
    disk and from any static host. Otherwise it is served to this machine until Ctrl-C.
    """

    model: Annotated[str, Positional, arg(metavar="[MODEL]")] = "digits"
    """digits, or the run folder of a network of your own."""
    port: Count = 0
    """Serve the page at this port; 0 is any that is free."""
    no_open: Flag = False
    """Print the address only, open no browser."""
    export: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """Write the page into this folder, as index.html, and end."""

    def check(self) -> None:
        """Checks the port, and that the folder can be written to."""
        if not self.model:
            raise UsageError("which network? digits, or a run folder")
        if not 0 <= self.port <= _HIGHEST_PORT:
            raise UsageError(f"--port must be 0 to {_HIGHEST_PORT}, not {self.port}")
        if self.export is None:
            return
        if self.port or self.no_open:
            option = "--port" if self.port else "--no-open"
            raise UsageError(f"{option} does not go with --export, which opens nothing")
        claim_run(self.export)

    def run(self) -> None:
        """Writes the page, or serves and opens it."""
        from networks.demos.draw import draw_page, export

        model = load_network(self.model)
        try:
            page = draw_page(model)
        except ValueError as error:
            raise NetworkError(f"{self.model}: {error}") from None
        if self.export is None:
            self._serve(page)
        else:
            self.stdout.print(str(export(model, self.export)), markup=False)

    def _serve(self, page: str) -> None:
        from networks.demos.draw import PageServer

        try:
            server = PageServer(page, self.port)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OSError(f"--port {self.port}: {reason}; choose another") from None
        with server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            self.say("the page is served until Ctrl-C:")
            self.stdout.print(server.url, markup=False)
            if not self.no_open and not webbrowser.open(server.url):
                self.say("no browser found: open the address yourself")
            thread.join()
