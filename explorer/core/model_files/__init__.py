"""Model files as a person has them: what each is, and what lies beside it."""
