"""Two stages: any language model says what to say, the personal one says it in the person's words.

A large model knows what to answer and writes like nobody; a small one that was tuned on the person writes like them and
knows little. What the first said is compared with what the second made of it, and what was lost is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from likeness.core import prompts, spans
from likeness.core.errors import EngineFailed
from likeness.core.protocols import Writer
from likeness.core.types import Draft, Provenance, WriteRequest
from likeness.write.finish import Finisher, finish

_FIXED = frozenset(("number", "url", "email"))
"""Kinds of content that the second stage cannot have of its own: more of them than were given are made up."""
_MOST_NAMED = 12


def two_stage(substance: Writer, personal: Writer, request: WriteRequest) -> Draft:
    """The draft that ``request`` asks for: its content by ``substance``, its words by ``personal``.

    The first stage is done when this returns; the second streams. The provenance is that of the personal writer, with
    these details: "substance" (the text of the first stage), "substance_engine", "substance_note", "facts" (numbers,
    names, addresses, quotations and negations in it), and, once the pieces have been read, "facts_lost" (how many of
    them did not survive), "lost" (which) and "made_up" (numbers and addresses that are in the draft alone).

    Raises what the writers raise, and :class:`EngineFailed` when the first has nothing to say.
    """
    first = substance.write(prompts.substance(request))
    # Finished as a draft: a plain model likes to put a frame around what it is asked for.
    finisher = Finisher(replace(request, task="draft"))
    content = "".join([*map(finisher.feed, first.pieces), finisher.end()]).strip()
    if not content:
        raise EngineFailed(
            f"{first.provenance.engine} had nothing to say to that", hint="say more about what to write, or ask again"
        )
    asked = replace(request, task="rewrite", text=content, context="", turns=())
    draft = finish(personal.write(asked), asked)
    told = dict(draft.provenance.details)
    told |= {
        "substance": content,
        "substance_engine": first.provenance.engine,
        "substance_note": first.provenance.note,
        "facts": float(len(spans.find(content))),
    }
    note = f"What to say: {first.provenance.engine}. In whose words: {draft.provenance.note}"
    provenance = replace(draft.provenance, note=note, details=told)
    return Draft(_compared(draft, content, told), provenance, draft.ended)


def _compared(draft: Draft, content: str, told: dict[str, float | str]) -> Iterator[str]:
    """The pieces of ``draft``; after the last, what did not survive is in ``told``."""
    said = ""
    for piece in draft.pieces:
        said += piece
        yield piece
    told |= dict(draft.provenance.details)
    told |= kept(content, said)


def kept(content: str, said: str) -> dict[str, float | str]:
    """What of the facts in ``content`` is not in ``said``, and what ``said`` made up, for a provenance."""
    lost = spans.lost(content, said)
    more = [span for span in spans.lost(said, content) if span.kind in _FIXED]
    found: dict[str, float | str] = {"facts_lost": float(len(lost))}
    if lost:
        found["lost"] = _named(lost)
    if more:
        found["made_up"] = _named(more)
    return found


def _named(found: list[spans.Span]) -> str:
    names = list(dict.fromkeys(span.text for span in found))
    return ", ".join(names[:_MOST_NAMED]) + (" …" if len(names) > _MOST_NAMED else "")


def loss(provenance: Provenance) -> str:
    """In a few words what the second stage lost or made up; "" when nothing, or before all was read."""
    told = provenance.details
    parts = []
    if told.get("lost"):
        parts.append(f"lost: {told['lost']}")
    if told.get("made_up"):
        parts.append(f"made up: {told['made_up']}")
    return "; ".join(parts)
