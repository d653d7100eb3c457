"""Writes ``sources/whatsapp/day_periods.py`` from the Unicode CLDR: the parts of the day in every language.

    pip install babel
    PYTHONPATH=src python scripts/make_day_periods.py

"AM" and "PM" come with their twelve hours, words such as "in the morning" with those of the language's rules.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.core import localedata

from likeness.sources.whatsapp import stamps

TARGET = Path(__file__).resolve().parent.parent / "src/likeness/sources/whatsapp/day_periods.py"
_HALVES = {"am": frozenset(range(12)), "pm": frozenset(range(12, 24))}
_MOMENTS = {"midnight": frozenset({0}), "noon": frozenset({12})}
_HEAD = '''"""How languages say which part of the day a time of twelve hours is in.

Written by ``scripts/make_day_periods.py`` from the Unicode CLDR (Unicode License V3); do not edit.
"""

from __future__ import annotations

BY_HOURS: dict[tuple[int, int], str] = {
'''


def periods() -> Iterator[tuple[str, frozenset[int], bool]]:
    """Each word, its hours, and whether it is one of the two halves of the day."""
    for name in localedata.locale_identifiers():
        if name == "root":
            continue
        locale = Locale.parse(name)
        for width in ("abbreviated", "wide"):
            for period, written in locale.day_periods.get("format", {}).get(width, {}).items():
                hours = _HALVES.get(period) or _hours(locale, period) or _MOMENTS.get(period)
                if hours:
                    yield stamps.folded(written), hours, period in _HALVES


def _hours(locale: Locale, period: str) -> frozenset[int]:
    found: set[int] = set()
    for rule in locale.day_period_rules.get(None, {}).get(period, []):
        if "at" in rule:
            found.add(rule["at"] // 3600)
        else:
            first, end = rule["from"] // 3600, -(-rule["before"] // 3600)
            found.update(hour % 24 for hour in range(first, end if end > first else end + 24))
    return frozenset(found)


def main() -> None:
    """Write the module."""
    halves: dict[str, set[frozenset[int]]] = defaultdict(set)
    others: dict[str, set[int]] = defaultdict(set)
    for word, hours, is_half in periods():
        if is_half:
            halves[word].add(hours)
        else:
            others[word] |= hours
    found = {word: next(iter(hours)) for word, hours in halves.items() if len(hours) == 1}
    print("not told apart:", sorted(word for word, hours in halves.items() if len(hours) > 1))
    found |= {word: frozenset(hours) for word, hours in others.items() if word not in halves}
    by_hours: dict[tuple[int, int], list[str]] = defaultdict(list)
    for word, hours in sorted(found.items()):
        # A stretch of hours: the first is the one that has none before it.
        first = next((hour for hour in hours if (hour - 1) % 24 not in hours), 0)
        count = next((n for n in range(24) if (first + n) % 24 not in hours), 24)
        if word and not any(character.isdigit() for character in word):
            by_hours[first, count].append(word)
    lines = [_HEAD]
    for key, words in sorted(by_hours.items()):
        rows = textwrap.wrap(" ".join(words), 108, break_long_words=False, break_on_hyphens=False)
        joined = "\n".join(f'        "{row}{" " if row is not rows[-1] else ""}"' for row in rows)
        lines.append(f"    {key}: (\n{joined}\n    ),\n" if len(rows) > 1 else f"    {key}: {joined.strip()},\n")
    lines.append(
        '}\n"""The first hour and the number of hours, and the words for them, folded as ``stamps.folded`` does."""\n'
    )
    TARGET.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
