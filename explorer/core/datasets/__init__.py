"""Folders of labelled pictures."""
