"""What is known of a training from outside: its record, and what a person wants of it."""
