"""Search by meaning: an embedding engine turns each message into a vector once; a question is compared with them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from likeness.core import plugins
from likeness.core.errors import EngineMissing, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Embedder
from likeness.core.settings import Settings, settings
from likeness.core.store import Filters, Store
from likeness.core.types import Message
from likeness.write.clean import Signatures, clean_message

_BATCH = 64
_CHARACTERS = 2000
"""Of a message's own text; the models read about 512 tokens."""
_HOW = "set LIKENESS_EMBEDDER (for example ollama.embed) and run: likeness search --index"


def no_engine() -> NotReady:
    """The error for a search by meaning where no engine is set."""
    return NotReady("no embedding engine is set, so nothing can be found by meaning", hint=_HOW)


@contextmanager
def open_embedder(chosen: Settings) -> Iterator[Embedder]:
    """The embedder that the settings name, closed on leaving.

    Raises :class:`NotReady` when none is set and :class:`EngineMissing` when it cannot run or does not embed.
    """
    if not chosen.embedder:
        raise no_engine()
    engine = plugins.engine(chosen.embedder)
    if "embedder" not in engine.info.kind:
        raise EngineMissing(f"engine {chosen.embedder!r} does not embed", hint="choose another with LIKENESS_EMBEDDER")
    with engine.open(None, engine_options(chosen)) as opened:
        yield cast("Embedder", opened)


def engine_options(chosen: Settings) -> Mapping[str, Any]:
    """What the settings tell an embedding engine."""
    return {
        "model": chosen.embedding_model,
        "url": chosen.ollama_url,
        "allowed_hosts": tuple(chosen.engine_hosts),
    }


def ready(store: Store, model: str) -> None:
    """Raise :class:`NotReady` unless messages were indexed with ``model``."""
    counts = store.vector_counts()
    if not counts.get(model):
        others = f" (there are vectors of {', '.join(counts)}, which cannot be compared with it)" if counts else ""
        raise NotReady(f"nothing was indexed with {model}{others}", hint="index first: likeness search --index")


def why_words_only(store: Store, chosen: Settings) -> str:
    """Why a search that nobody chose a way for goes by words alone; "" when meaning can be searched as well."""
    if not chosen.embedder:
        return "no embedding engine is set"
    return "" if store.vector_counts() else "nothing is indexed by meaning yet: likeness search --index"


def coverage(store: Store, model: str) -> str:
    """A sentence when messages are not indexed yet, else ""."""
    missing = store.count() - store.vector_counts().get(model, 0)
    return f"{missing:,} messages are not indexed yet; likeness search --index adds them" if missing > 0 else ""


def nearest(store: Store, embedder: Embedder, question: str, filters: Filters, limit: int) -> list[int]:
    """Keys of the messages nearest to ``question`` in meaning, best first."""
    vector = embedder.embed([question], query=True)[0]
    return [key for key, _ in store.nearest(embedder.model, vector, filters, limit)]


def index(store: Store, embedder: Embedder) -> Iterator[Event]:
    """Give every message that has none a vector of the embedder's model.

    Each batch is committed as it is made: stopped at any moment, the next call goes on. The first event says what it
    will cost in space; the note of the later ones how long it still takes. The last has the stage "indexed", and the
    number of new vectors as its metric.
    """
    had = store.vector_counts().get(embedder.model, 0)
    total = max(0, store.count() - had)
    size = embedder.embed(["size"]).shape[1]
    cost = f"{total:,} messages, about {total * (size + 60) / 1e6:,.1f} MB in the store"
    yield Event("index", 0, total, "messages", cost, {"megabytes": total * (size + 60) / 1e6})
    done, last, began = 0, -1, time.monotonic()
    while batch := store.without_vector(embedder.model, _BATCH, last):
        last = batch[-1][0]
        texts = [own_text(message) for _, message in batch]
        vectors = np.zeros((len(batch), size), np.float32)
        said = [i for i, text in enumerate(texts) if text]
        if said:
            vectors[said] = embedder.embed([texts[i] for i in said])
        store.add_vectors(embedder.model, [key for key, _ in batch], vectors)
        done += len(batch)
        left = (time.monotonic() - began) / done * max(0, total - done)
        yield Event("index", done, max(total, done), "messages", f"about {left / 60:.0f} min left")
    yield Event("indexed", done, done, "messages", embedder.model, {"vectors": float(done)})


def index_home(root: str) -> Iterator[Event]:
    """:func:`index` for the person whose home is at ``root``, with the engine of the settings; a job's target."""
    from pathlib import Path

    with open_embedder(settings()) as embedder, Store.open(PersonHome(Path(root)).store) as store:
        yield from index(store, embedder)


def own_text(message: Message) -> str:
    """What is embedded of a message: its subject and its own text, without what it quotes."""
    text = clean_message(message, Signatures()).text
    parts = (message.subject, text) if text else ()
    return "\n".join(part for part in parts if part)[:_CHARACTERS]
