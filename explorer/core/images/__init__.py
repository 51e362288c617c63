"""Picture files: the one decoder, its formats, near-duplicates."""
