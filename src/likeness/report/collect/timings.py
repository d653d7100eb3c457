"""How long the stages of the request took that the draft came from."""

from __future__ import annotations

from collections.abc import Mapping

STAGES = {
    "voice": "Opening the voice",
    "write": "Writing the draft",
    "first_sound": "Until the first sound",
    "speak": "Speaking it",
    "encode": "Encoding the sound",
    "total": "From request to answer",
}
"""Names of the gateway's stages; another is shown by its own."""


def timings(stages: Mapping[str, float]) -> list[tuple[str, float]]:
    """Stages and seconds, in the order they were timed; ``stages`` holds milliseconds."""
    return [(STAGES.get(name, name), value / 1000) for name, value in stages.items()]
