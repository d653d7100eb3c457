"""The first half of preparing: two looks at the store's messages, then cleaned exchanges in a scratch folder."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

from likeness.core.errors import NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.write import helpers, pair
from likeness.write.clean import Signatures, mine_signatures
from likeness.write.corpus import Cleaner, Reader, Said, Tally
from likeness.write.gathered import Entry, Gathered
from likeness.write.helpers import Helpers
from likeness.write.recipe import PrepareRecipe
from likeness.write.redact import Redactor, collect

_EVERY = 250
_BATCH = 250
"""Turns that go to a helper together."""
_WORTH_HELPERS = 15_000
"""Owner's messages from which starting helpers costs less than they save."""
_MINED = 20_000
"""Mails that signatures are learned from: as many as show every line that ends one mail in a hundred."""


@dataclass(slots=True)
class Survey:
    """What a first look at the messages finds: the identity of the data, and what pairing and redaction need."""

    subjects: pair.SubjectIndex = field(default_factory=pair.SubjectIndex)
    names: set[str] = field(default_factory=set)
    messages: int = 0
    owner: int = 0
    data_hash: str = ""


def survey(store: Store, home: PersonHome, recipe: PrepareRecipe) -> Generator[Event, None, Survey]:
    """Look at every message once. Raises :class:`NotReady` when none is by the owner."""
    found = Survey(messages=store.count())
    identity = sha256()
    for number, message in enumerate(store.messages(), 1):
        identity.update(f"{message.id}\0{message.from_owner:d}\0".encode("utf-8", "replace"))
        found.subjects.add(message)
        found.owner += message.from_owner
        if recipe.redact_names:
            found.names |= collect(message)
        if number % _EVERY == 0 or number == found.messages:
            yield Event("read", number, found.messages, "messages")
    if not found.owner:
        raise NotReady(
            f"none of the {found.messages} messages in the store is by the owner",
            hint="import your mail or chats, and confirm your names and addresses with --me",
        )
    identity.update("\0".join(sorted(home.person().identities)).encode("utf-8"))
    found.data_hash = identity.hexdigest()[:16]
    return found


def gather(
    store: Store, home: PersonHome, recipe: PrepareRecipe, found: Survey, folder: Path, tally: Tally
) -> Generator[Event, None, Gathered]:
    """Pair, clean and redact; the exchanges go to files in ``folder``, the counts to ``tally``."""
    person = home.person()
    mined = _some(store.messages(owner_only=True), -(-found.owner // _MINED))
    signatures = mine_signatures(mined, (person.display_name, *person.identities))
    yield Event("signatures", 1, 1, "owners", metrics={"lines": len(signatures.lines)})

    def by_native(native_id: str, conversation: str) -> Message | None:
        message = store.message_by_native(native_id)
        return message if message and conversation in ("", message.conversation) else None

    reader = Reader(recipe, found.subjects, by_native, store.message, tally)
    redactor = Redactor.of(recipe.phone_regions, found.names, signatures.names)
    gathered = Gathered(folder)
    gathered.names = redactor.names
    count = helpers.useful(found.owner, _WORTH_HELPERS)
    with Helpers(_cleaning, recipe, signatures, redactor, count=count) as cleaning:
        for entries, counted in cleaning.map(_batches(reader.turns(store.messages()))):
            tally.add(counted)
            for entry in entries:
                gathered.append(entry)
            yield Event("clean", tally.owner, found.owner, "messages", metrics={"kept": len(gathered)})
    yield Event("clean", tally.owner, found.owner, "messages", metrics={"kept": len(gathered)})
    gathered.arrange()
    return gathered


def _cleaning(
    recipe: PrepareRecipe, signatures: Signatures, redactor: Redactor
) -> Callable[[list[Said]], tuple[list[Entry], Tally]]:
    """What a helper does with a batch of turns."""

    def clean(batch: list[Said]) -> tuple[list[Entry], Tally]:
        cleaner = Cleaner(recipe, signatures, redactor)
        found = [made for said in batch if (made := cleaner.exchange(said))]
        return [Entry.of(one) for one in found], cleaner.tally

    return clean


def _batches(turns: Iterator[Said]) -> Iterator[list[Said]]:
    while batch := list(islice(turns, _BATCH)):
        yield batch


def _some(messages: Iterable[Message], step: int) -> Iterator[Message]:
    """Every ``step``-th of ``messages``."""
    return islice(iter(messages), 0, None, max(step, 1))
