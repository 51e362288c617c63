"""Matrices as people paste them: one file per notation."""
