"""What every bench shares: a table for people and one last line of JSON for programs."""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping, Sequence
from pathlib import Path


def finish(
    bench: str, header: Sequence[str], rows: Sequence[Sequence[object]], figures: Mapping[str, float | int | None]
) -> None:
    """Print ``rows`` under ``header``, then ``{"bench": …, "figures": {…}}`` as the last line."""
    table(header, rows)
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps({"bench": bench, "figures": rounded}))


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print ``rows`` under ``header``."""
    cells = [[_cell(value) for value in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for number, row in enumerate(cells):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def peak_mb() -> float:
    """Largest resident memory of this process so far, in MB.

    Linux keeps the parent's peak in ``ru_maxrss`` across ``exec``, so the kernel's own mark is read there.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
