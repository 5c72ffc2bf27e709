"""Errors of agents that users can mend, apart from what it takes to meet them."""

from env2048.errors import Scratch2048Error


class AgentFileError(Scratch2048Error):
    """A checkpoint that is missing, damaged or not an agent's."""
