"""The whole job on the example person, through the product's own doors: its command line and its gateway.

    python examples/demo.py [--out demo]

Everything lands in one folder: the person's home, ``draft.txt``, ``speech.wav``, ``speech.mp3``, ``feelings.wav``, the
dataset in two formats and ``report.html``. A second run finds what is done and does only what is new.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parent
PERSON = "ellis"
TASK = "Draft a reply to my colleague thanking them for their help"
FELT = "[happy] The slides came out beautifully! [tired] Now I could sleep for a week."
CONSENT = "The recordings are of a synthetic voice that belongs to nobody"


def main() -> None:
    """Take the steps in the order a person would."""
    parser = argparse.ArgumentParser(description="The whole job on the example person.")
    parser.add_argument("--out", type=Path, default=EXAMPLES.parent / "demo", help="folder for the results")
    out: Path = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    os.environ["LIKENESS_HOME"] = str(out / "home")
    started = time.monotonic()
    learn(out)
    with gateway() as url:
        reply = pipeline(url, TASK)
    keep(reply, out)
    likeness(
        "report",
        "--out",
        str(out / "report.html"),
        "--draft",
        str(out / "draft.json"),
        "--speech",
        str(out / "speech.wav"),
    )
    tell(reply, out, time.monotonic() - started)


def learn(out: Path) -> None:
    """Import, prepare, enrol, measure."""
    person = EXAMPLES / PERSON
    about = json.loads((person / "person.json").read_text(encoding="utf-8"))
    if not (out / "home" / PERSON / "person.json").exists():
        likeness("init", PERSON, "--full-name", about["full_name"], *(f"--me={name}" for name in about["identities"]))
    likeness("import", str(person / "mail.mbox"), *map(str, sorted(person.glob("*WhatsApp*"))), "--yes")
    likeness("prepare", "writing")
    likeness("enrol", "voice", str(person / "recordings"), "--consent", CONSENT)
    likeness("evaluate", "writing")
    likeness("evaluate", "voice")
    likeness("say", FELT, "-o", str(out / "feelings.wav"))


def likeness(*arguments: str) -> None:
    """Run one command of the product, as typed."""
    print(f"\n$ likeness {' '.join(repr(a) if ' ' in a else a for a in arguments)}", flush=True)
    done = subprocess.run([sys.executable, "-m", "likeness", *arguments], check=False)
    if done.returncode:
        sys.exit(done.returncode)


@contextmanager
def gateway() -> Iterator[str]:
    """Start the gateway on a free port of loopback, and stop it afterwards."""
    print("\n$ likeness serve --port 0", flush=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "likeness", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if "http://" in line:
                yield "http://" + line.split("http://", 1)[1].split()[0].rstrip("/")
                return
        sys.exit("the gateway did not start")
    finally:
        process.terminate()
        process.wait(timeout=30)


def pipeline(url: str, prompt: str) -> dict[str, Any]:
    """Send the one request that answers with text in the person's words and speech in their voice."""
    print(f"\nPOST {url}/api/tts/pipeline  {prompt!r}", flush=True)
    key = (Path(os.environ["LIKENESS_HOME"]) / PERSON / "gateway.key").read_text(encoding="utf-8").strip()
    request = urllib.request.Request(
        f"{url}/api/tts/pipeline",
        data=json.dumps({"prompt": prompt, "format": "wav"}).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        reply: dict[str, Any] = json.load(response)
    return reply


def keep(reply: dict[str, Any], out: Path) -> None:
    """Write what came back, and the dataset, where they are easily found."""
    from likeness.speak.decode import decode
    from likeness.speak.encode import encode

    wav = base64.b64decode(reply["audio"])
    (out / "draft.txt").write_text(reply["text"] + "\n", encoding="utf-8")
    (out / "speech.wav").write_bytes(wav)
    (out / "speech.mp3").write_bytes(encode(decode(out / "speech.wav"), "mp3"))
    shown = {key: value for key, value in reply.items() if key != "audio"} | {"task": TASK}
    (out / "draft.json").write_text(json.dumps(shown, ensure_ascii=False, indent=2), encoding="utf-8")
    newest = max((out / "home" / PERSON / "datasets").glob("[!.]*"), key=lambda p: p.stat().st_mtime)
    for name in ("dataset.chatml.jsonl", "dataset.sharegpt.jsonl"):
        shutil.copyfile(newest / name, out / name)


def tell(reply: dict[str, Any], out: Path, seconds: float) -> None:
    """Say where everything is and what to do with one's own data."""
    print(f"\n{reply['text']}\n\n[{reply['provenance']['note']}]\n")
    print(f"Done in {seconds:.0f} s. The results are in {out}:")
    for name in (
        "report.html",
        "draft.txt",
        "speech.wav",
        "speech.mp3",
        "feelings.wav",
        "dataset.chatml.jsonl",
        "dataset.sharegpt.jsonl",
    ):
        print(f"  {name:<24} {(out / name).stat().st_size / 1000:>8.0f} kB")
    print(
        f"""
Open {out / "report.html"} in a browser. Then, with your own data:
  .venv/bin/likeness init NAME
  .venv/bin/likeness import PATH…            mail, chats, transcripts; zips as they are
  .venv/bin/likeness prepare writing
  .venv/bin/likeness enrol voice PATH…       recordings of yourself; `likeness record` makes some
  .venv/bin/likeness write "thank Ana for the slides"
  .venv/bin/likeness say "It is me." -o me.wav
"""
    )


if __name__ == "__main__":
    main()
