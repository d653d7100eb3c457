"""The command line: one file per noun; heavy imports stay inside the commands."""
