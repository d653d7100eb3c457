"""Engines on PyTorch and transformers: training and writing with a language model."""
