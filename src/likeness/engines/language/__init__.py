"""What engines with a language model share: prompts to tokens, tokens to text, adapters by request, prompt caches.

A runtime (MLX, PyTorch) keeps ``language.runtime.Runtime``; ``language.engine.LanguageEngine`` does the rest alike for
all of them. Imports no runtime itself.
"""
