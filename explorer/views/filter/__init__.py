"""The parts of the Filter page that know its state."""
