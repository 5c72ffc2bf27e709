"""Expectimax search: an agent looks some moves ahead, over all tiles that may appear.

Read `expectimax.py` first: it is the definition. `batched.py` is the same for any agent that values
afterstates, with all leaves valued in one call; `kernels.py` (behind `compiled.py`) is the same for
n-tuple networks, compiled. `agent.py` makes a player of it.
"""
