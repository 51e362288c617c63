"""Vectors that a network makes of pictures: how far apart, how unusual, which are near."""
