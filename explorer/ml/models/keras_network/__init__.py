"""Keras networks loaded, watched while they run, and changed."""
