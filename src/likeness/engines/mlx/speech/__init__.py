"""Speech models of mlx-audio: ``qwen3`` in full, the others through one file (``several``)."""
