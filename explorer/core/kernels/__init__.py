"""Kernels: presets, parametric ones, a person's own; reading, writing, analysing them."""
