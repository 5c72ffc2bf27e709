"""Neural networks in NumPy, every gradient derived by hand. They know nothing of 2048."""
