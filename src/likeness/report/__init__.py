"""Self-contained report pages drawn from what the tracks measured."""
