"""Tile downgrading: boards with tiles that a network hardly knows, played as it knows them.

A player that has been to a tile 16384 in one game of a hundred knows little of boards that have
one. But such a board is like another that it has seen often: if no tile 4096 lies on it, nothing
can merge with a 4096 for a long time, and whatever is above may as well be half of what it is. So
the largest tile that is missing below the largest tile on the board is found, and all tiles above
it are halved, until none is above the limit:

    16384 2048 512 64 ...   with limit 8192:   8192 2048 512 64 ...   with 4096:   4096 2048 512 64

Equal tiles stay equal and others different, so the same moves are legal and merge the same cells.
(Guei, Chen & Wu 2021, "Optimistic Temporal Difference Learning for 2048".)

The smaller the missing tile, the less the smaller board tells. With 16384 4096 2048 1024 ... the
next merge of large tiles is far away; seen as 8192 4096 2048 1024 ... it seems near. So a player
may be told to downgrade only where the missing tile is large, and to play the rest as it is: the
last moves before the large tiles merge, whose reward is near enough to be learned from. When it
knows those, it can do without help from a little earlier on, and so back to the beginning.

Only the choice of moves is made on such a board: scores are those of the board as it is.
"""

import numpy as np

from env2048.board import MAX_EXPONENT, Board


def downgrade(board: Board, limit: int, least: int = 1) -> Board:
    """The board to choose a move on, uint8 [4, 4], whatever tiles `board` has.

    Args:
        board: exponents, not changed.
        limit: the largest exponent that is to remain. Where no tile is missing below the largest
            one, it stays, and so do two tiles 131072, which do not merge where two 65536 would.
        least: the smallest exponent that may be missing. Where only smaller ones are, it stays.
    """
    board = board.copy()
    if np.count_nonzero(board == MAX_EXPONENT) > 1:
        return board
    while (largest := int(board.max())) > limit:
        missing = [exponent for exponent in range(least, largest) if exponent not in board]
        if not missing:
            break
        board = np.where(board > missing[-1], board - np.uint8(1), board)
    return board
