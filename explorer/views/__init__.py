"""Widgets: draw what the state says, call its verbs."""
