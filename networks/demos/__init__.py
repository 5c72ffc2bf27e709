"""What the networks can do, to be played with."""
