"""Engines that work right after install, with nothing to download."""
