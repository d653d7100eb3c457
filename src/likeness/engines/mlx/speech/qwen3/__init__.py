"""Qwen3-TTS (arXiv 2601.15621) on MLX: a talker that writes 12.5 frames of 16 codes a second, and their decoder."""
