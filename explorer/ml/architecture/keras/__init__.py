"""Layers read out of Keras configs, without Keras."""
