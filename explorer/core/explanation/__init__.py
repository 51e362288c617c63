"""Explanations step by step, what is said of them, and how they are drawn."""
