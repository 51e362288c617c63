"""What a LiteRT file may have; light to import, unlike its schema."""

MAX_LITERT_BYTES = 500_000_000
MAX_OPERATORS = 20_000
MAX_TENSORS = 100_000
