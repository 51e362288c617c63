"""Operating on a model: channels muted, scaled, swapped, kernels edited; and what comes of it."""
