"""The errors that a user can cause and mend: each carries one line to show, without a traceback."""


class Scratch2048Error(Exception):
    """Base class: something outside the program is at fault, and the message says what to do."""


class ReplayError(Scratch2048Error):
    """A replay file that cannot be read, or does not follow the rules of the game."""


class DisplayError(Scratch2048Error):
    """A window was asked for where no display can be found."""


class UnknownNameError(Scratch2048Error):
    """A name, as of an agent, that stands for nothing."""


class UsageError(Scratch2048Error):
    """An option whose value cannot be meant."""
