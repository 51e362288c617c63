"""Picture files: the one decoder, and its formats."""
