"""One folder per runtime, one file per engine; each is a plugin found by name."""
