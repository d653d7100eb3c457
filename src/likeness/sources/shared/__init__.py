"""What several sources have in common: streamed JSON, progress, chat messages, descriptions of an import."""
