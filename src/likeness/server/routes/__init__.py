"""One file per noun; the work is done elsewhere."""
