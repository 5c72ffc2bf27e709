"""Games in the window: an agent's to watch (`watch.py`), a person's to play (`play.py`).

Both keep the game itself in `game.py`, which knows nothing of windows.
"""
