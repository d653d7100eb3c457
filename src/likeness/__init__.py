"""Learns how one person writes and speaks, on their own machine, and serves it."""

__version__ = "0.1.0"
