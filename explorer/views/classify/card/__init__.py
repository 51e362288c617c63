"""One photo of the Classify page, large, and what is known of it."""
