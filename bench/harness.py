"""What every bench shares: a table for people and one last line of JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def finish(
    bench: str, header: Sequence[str], rows: Sequence[Sequence[object]], figures: Mapping[str, float | int | None]
) -> None:
    """Print ``rows`` under ``header``, then ``{"bench": …, "figures": {…}}`` as the last line."""
    cells = [[_cell(value) for value in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for number, row in enumerate(cells):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps({"bench": bench, "figures": rounded}))


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
