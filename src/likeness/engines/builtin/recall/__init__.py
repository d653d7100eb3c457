"""A writer that recalls and rewrites, learned from the person's own messages."""
