"""One page per job."""
