"""A kernel, drawn and edited."""
