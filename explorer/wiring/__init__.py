"""How parts that know nothing of each other meet, a file for each thing a person does."""
