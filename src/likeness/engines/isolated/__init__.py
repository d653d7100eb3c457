"""Engines whose libraries cannot live beside the others: each runs as a program in an environment of its own."""
