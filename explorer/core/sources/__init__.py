"""Where datasets come from: one that the program draws, and one that is downloaded."""
