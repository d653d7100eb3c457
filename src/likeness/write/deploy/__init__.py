"""Adapters on their way out: the forms that other programs read, and whether those answer as the trainer does.

PEFT's files are what an adapter is kept in (``core.lora``); MLX's and llama.cpp's are derived from them and say the
same, number for number. ``exporting`` does the whole job, the other modules one form each.
"""
