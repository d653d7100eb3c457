"""Comparisons with peers, one file each: ``python -m bench.NAME``. The last line printed is one line of JSON."""
