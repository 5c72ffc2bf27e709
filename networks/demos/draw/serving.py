"""A server for one page, to this machine alone: the standard library's."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class PageServer(ThreadingHTTPServer):
    """Answers requests for `/` with one page until it is closed.

        with PageServer(html) as server:
            server.serve_forever()

    Attributes:
        url: where the page is.
    """

    allow_reuse_address = False  # elsewhere than on Unix that would share a port with a stranger

    def __init__(self, page: str, port: int = 0) -> None:
        """Begins to listen.

        Args:
            page: HTML.
            port: 0 for any that is free.

        Raises:
            OSError: if the port is taken.
        """
        self.page = page.encode()
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: PageServer

    def do_GET(self) -> None:
        """The page, or 404."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """The same without the page."""
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        if self.path.split("?")[0] not in ("/", "/index.html"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.server.page)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if body:
            self.wfile.write(self.server.page)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: only the command line prints."""
