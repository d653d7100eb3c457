"""Engines that run in a server program of their own, on this machine."""
