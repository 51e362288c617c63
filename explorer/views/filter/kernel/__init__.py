"""The kernel of a step: chosen, drawn, analysed."""
