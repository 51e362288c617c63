"""Questions that a person answers before the program goes on."""
