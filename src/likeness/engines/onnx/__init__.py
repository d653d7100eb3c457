"""Engines that run through onnxruntime."""
