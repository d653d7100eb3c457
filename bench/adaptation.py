"""The whole way on real text at small size: a base of many authors, tuned on one of them by both trainers, judged.

    python -m bench.small_base --archive PATH --out BASE        (once; about an hour on one core)
    python -m bench.adaptation --archive PATH --base BASE [--engines torch,mlx] [--keep FOLDER]

``PATH`` is a clone of a public archive of mailing lists (``MichaelChirico/r-mailing-list-archive``), of which one list
is imported for one contributor whom the base has never read, prepared, learned and judged by the product's own
functions, on messages held out. Figures for each trainer: how far the chosen adapter moved from the base to the person
(``style_share``: 0 is the base, 1 the person) and the perplexity of the person's held-out texts by base and adapter.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from bench import harness
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.store import Store

OWNER = (
    "Prof Brian Ripley",
    "Brian Ripley",
    "Prof Brian D Ripley",
    "ripley@stats.ox.ac.uk",
    "ripley at stats.ox.ac.uk",
)
_FILES = re.compile(r"r-devel/20(?:0[4-9]|1\d)-\w+\.txt\Z")
RECIPE: dict[str, Any] = {
    "kinds": ("reply", "draft"),
    "bits": 0,
    "modules": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
    "learning_rate": 2e-3,
    "window": 320,
    "batch": 8,
    "accumulation": 1,
    "epochs": 1.5,
    "checkpoints": 3,
    "gradient_checkpointing": False,
    "canaries": True,
}
"""A model of two million weights takes a ten times higher rate than one of seven thousand million."""


def person(archive: Path, folder: Path) -> PersonHome:
    """The contributor's home: one list imported, a dataset prepared."""
    from likeness.write.ingest import ingest
    from likeness.write.prepare import prepare
    from likeness.write.recipe import prepare_recipe

    home = Home(folder / "home")
    if "owner" in home.names():
        return home.open("owner")
    packed = subprocess.run(["git", "-C", str(archive), "archive", "HEAD", "r-devel"], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        tar.extractall(folder / "lists", [m for m in tar.getmembers() if _FILES.match(m.name)], filter="data")
    made = home.create("owner")
    owner = made.confirm(list(OWNER)).owner
    with Store.open(made.store) as store:
        drain(ingest(store, owner, [folder / "lists"]))
    drain(prepare(made, prepare_recipe(languages=["en"], token_budget=100_000)))
    return made


def main() -> None:
    """Tune with each trainer, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--engines", default="torch,mlx")
    parser.add_argument("--keep", type=Path, help="Where the person's home, adapters and pages stay.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        home = person(options.archive, folder)
        rows: list[list[object]] = []
        figures: dict[str, float | int | None] = {}
        for engine in options.engines.split(","):
            judged(home, options.base, engine, rows, figures)
    harness.finish("adaptation", ["trainer", "what", "figure"], rows, figures)


def judged(
    home: PersonHome, base: Path, engine: str, rows: list[list[object]], figures: dict[str, float | int | None]
) -> None:
    """Tune and judge with one engine; adds to ``rows`` and ``figures``."""
    from likeness.write.evaluate import JudgeOptions, evaluate
    from likeness.write.tune import tune
    from likeness.write.tune_recipe import tune_recipe

    made = drain(tune(home, tune_recipe("style", base=str(base), **RECIPE), engine))[-1]
    last = drain(evaluate(home, engine, made.note, JudgeOptions(temperature=0.7)))[-1]
    for name, value in {**made.metrics, **last.metrics}.items():
        rows.append([engine, name.replace("_", " "), value])
        figures[f"{engine}_{name}"] = value


if __name__ == "__main__":
    main()
