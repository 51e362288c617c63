"""Keras' model files read, checked and translated without Keras."""
