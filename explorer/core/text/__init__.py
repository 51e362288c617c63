"""Small words and numbers for people: percentages, search, the glossary."""
