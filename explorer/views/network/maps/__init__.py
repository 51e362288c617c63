"""The maps of a layer: all of them, and one large."""
