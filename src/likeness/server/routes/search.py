"""Search in what was imported."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter

from likeness.core.store import Filters
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import Gateway
from likeness.server.schemas import FoundBody, SearchBody, SearchRequest

router = APIRouter(prefix="/api/search", tags=["search"], dependencies=KEYED)


@router.post("")
async def search(order: SearchRequest, gateway: Serving) -> SearchBody:
    """Find messages by words, by meaning, or both ranked together. What is searched for is not logged."""
    return await to_thread.run_sync(_search, gateway, order)


def _search(gateway: Gateway, order: SearchRequest) -> SearchBody:
    from likeness.write.meaning import why_words_only
    from likeness.write.search import as_json, moment
    from likeness.write.search import search as find

    store = gateway.jobs.store
    filters = Filters(
        order.sender,
        order.recipient,
        order.place,
        moment(order.since),
        moment(order.until, after=True),
        owner_only=order.mine,
    )
    why = why_words_only(store, gateway.settings) if order.by is None else ""
    by = order.by or ("words" if why else "both")
    embedder = gateway.embedder() if by != "words" else None
    found = find(store, order.query, filters, by=by, limit=order.limit, offset=order.offset, embedder=embedder)
    return SearchBody(
        by=found.by,
        note=why or found.note,
        next_offset=order.offset + len(found.items) if found.more else None,
        results=[FoundBody(**as_json(item)) for item in found.items],
    )
