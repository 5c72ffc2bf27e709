"""What all learners share: run folders, checkpoints, metrics, progress, a clean stop."""
