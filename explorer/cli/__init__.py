"""The jobs without a window, one file for each command."""
