"""Draw a digit in a page and see a network read it, live: the network runs in the page itself."""

from networks.demos.draw.page import draw_page, export
from networks.demos.draw.serving import PageServer

__all__ = ["PageServer", "draw_page", "export"]
