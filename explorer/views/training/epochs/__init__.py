"""Looking back at the epochs of a run."""
