"""Kernels: presets, parametric kernels, the user's own; reading, writing and analysing them."""
