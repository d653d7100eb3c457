"""The gateway: an HTTP API on loopback, its own routes and the OpenAI-compatible ones."""
