"""One file per export format; each is a plugin found by name."""
