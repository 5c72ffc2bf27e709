"""A policy network that learns from its own games, with a replay buffer of them.

Read `config.py` for what can be set, then `network.py` (what is learned), `learner.py` (how),
`losses.py` and `returns.py` (the formulas), `buffer.py` (what is remembered), `games.py` (who
plays), `trainer.py` (the run), `agent.py` (the player).
"""
