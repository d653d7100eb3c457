"""Make, under .venv/isolated, the environments in which the tests drive the engines that have their own.

What `likeness models get` installs brings a PyTorch of its own, gigabytes with CUDA. For tests the one of this
environment is linked to, and the few functions of torchaudio come from tests/stand_ins. Needs `make models` first.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".venv" / "isolated"
WANTED = {
    "xtts": (["coqui-tts==0.28.0", "six", "torchcodec"], "TTS"),
    "parler": (["parler-tts==0.2.3"], "parler_tts"),
}


def main() -> None:
    for name, (packages, module) in WANTED.items():
        at = HOME / name
        site = at / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        if (site / module).is_dir() and (site / "torchaudio.py").is_file():
            continue
        shutil.rmtree(at, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(at)], check=True)
        for distribution in closure("torch", set()):
            link(distribution, site)
        pip = [str(at / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
        for found in site.glob("torchaudio*"):
            shutil.rmtree(found) if found.is_dir() else found.unlink()
        shutil.copy(ROOT / "tests" / "stand_ins" / "torchaudio.py", site)
        print(f"{name}: {at}")


def closure(name: str, seen: set[str]) -> Iterator[metadata.Distribution]:
    """The distribution called ``name`` and those it needs."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    if distribution.name in seen:
        return
    seen.add(distribution.name)
    yield distribution
    for needed in distribution.requires or ():
        if "extra ==" not in needed:
            yield from closure(re.split(r"[ ;<>=!~\[(]", needed, maxsplit=1)[0], seen)


def link(distribution: metadata.Distribution, site: Path) -> None:
    """Make ``distribution`` importable from ``site``."""
    for top in {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}:
        source = Path(str(distribution.locate_file(top)))
        if source.exists() and not (site / top).exists():
            (site / top).symlink_to(source)


if __name__ == "__main__":
    main()
