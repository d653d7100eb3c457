"""The speaking track: Recording -> Clip -> Corpus -> Voice -> audio."""
