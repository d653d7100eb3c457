"""How long steps took, where they were timed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from likeness.report.model import ImportLine

STAGES = {"write": "Writing the draft", "speak": "Speaking it", "encode": "Encoding the sound", "queue": "Waiting"}
"""Names of the gateway's stages; another is shown by its own."""


def timings(imported: Sequence[ImportLine], stages: Mapping[str, float]) -> list[tuple[str, float]]:
    """Steps and seconds: the imports by the ledger, and the ``stages`` (milliseconds) of the request for the draft."""
    steps = [(f"Importing {line.path}", line.seconds) for line in imported if line.seconds]
    return steps + [(STAGES.get(name, name), value / 1000) for name, value in stages.items()]
