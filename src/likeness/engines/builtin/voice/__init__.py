"""A voice learned in place, with nothing to download."""
