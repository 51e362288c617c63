"""The colours that numbers are drawn in."""
