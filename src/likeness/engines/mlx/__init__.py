"""Engines on MLX: Apple silicon, or any processor where its CPU build is installed."""
