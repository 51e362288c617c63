"""The program on a desktop: start, session, launcher, help."""
