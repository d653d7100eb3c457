"""Where a Facebook or Instagram export keeps its threads, which of the two it is, and what it says of its owner."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from likeness.sources.meta.entry import repaired

Product = Literal["facebook", "instagram"]

BOXES = ("inbox", "archived_threads", "e2ee_cutover", "filtered_threads", "message_requests")
THREAD_FILE = re.compile(r"message(?:_(\d+))?\.(json|html)$", re.IGNORECASE)
_ABOVE_BOXES = (
    "messages",
    "your_facebook_activity/messages",
    "your_instagram_activity/messages",
    "your_activity_across_facebook/messages",
)
_CHILDREN_LOOKED_AT = 200
_GRANDCHILDREN_LOOKED_AT = 50
_OF_INSTAGRAM = frozenset(
    {"connections", "followers_and_following", "your_topics", "account_information", "ads_and_businesses", "content"}
    | {
        "login_and_account_creation",
        "past_instagram_insights",
        "instagram_ads_and_businesses",
        "your_instagram_activity",
    }
)
_PROFILES = (
    "personal_information/profile_information/profile_information.json",
    "profile_information/profile_information.json",
    "about_you/profile_information.json",
    "personal_information/personal_information/personal_information.json",
    "personal_information/personal_information.json",
    "account_information/personal_information.json",
    "messages/autofill_information.json",
    "your_facebook_activity/messages/autofill_information.json",
    "autofill_information.json",
)
_PROFILE_LIMIT = 4 << 20
_NAME_KEYS = re.compile(
    r"(?:user ?)?name|full_?name|nombre(?: de usuario)?|nom(?: d.utilisateur)?|nome(?: utente| de usuário)?"
    r"|(?:benutzer)?name|naam|gebruikersnaam|nazwa użytkownika|имя(?: пользователя)?|e-?mail(?: address)?",
    re.IGNORECASE,
)


def boxes(path: Path) -> list[Path]:
    """The folders of threads in an export at ``path`` or up to two folders below it, in a stable order."""
    children = _folders(path, _CHILDREN_LOOKED_AT)
    below = [folder for child in children for folder in _folders(child, _GRANDCHILDREN_LOOKED_AT)]
    roots = [path, *children, *below]
    above = [root / name for root in roots for name in _ABOVE_BOXES if (root / name).is_dir()]
    found = [folder / box for folder in [*above, path, *children] for box in BOXES]
    if path.name in BOXES:
        found.insert(0, path)
    return list(dict.fromkeys(box for box in found if box.is_dir() and _has_thread(box)))


def threads(box: Path) -> Iterator[Path]:
    """The files of a box, thread by thread; of a thread that is there in both forms, the JSON."""
    for folder in sorted(child for child in box.iterdir() if child.is_dir()):
        files = [file for file in folder.iterdir() if THREAD_FILE.match(file.name)]
        if any(file.suffix.lower() == ".json" for file in files):
            files = [file for file in files if file.suffix.lower() == ".json"]
        yield from sorted(files, key=lambda file: (_number(file), file.name))


def product(box: Path) -> Product:
    """Which of the two an export is, by the names of the folders around its boxes. Without a sign it is Facebook's."""
    above = [box, *list(box.parents)[:5]]
    for folder in above:
        name = folder.name.lower()
        if "instagram" in name:
            return "instagram"
        if "facebook" in name or "messenger" in name:
            return "facebook"
    root = box.parent.parent if box.parent.name == "messages" else box.parent
    return "instagram" if any((root / name).is_dir() for name in _OF_INSTAGRAM) else "facebook"


def owner_names(path: Path) -> list[str]:
    """Names and addresses that the export's own profile gives for the person it was made for."""
    names: list[str] = []
    folders = [path, *list(path.parents)[:5]]
    children = _folders(path, _CHILDREN_LOOKED_AT)
    below = [folder for child in children for folder in _folders(child, _GRANDCHILDREN_LOOKED_AT)]
    for folder in [*folders, *children, *below]:
        for profile in _PROFILES:
            names += _names_in(folder / profile)
    return list(dict.fromkeys(names))


def _folders(path: Path, limit: int) -> list[Path]:
    """The first folders in ``path``, in name order; none where it cannot be read."""
    try:
        return sorted(p for p in islice(path.iterdir(), limit) if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []


def _has_thread(box: Path) -> bool:
    """True when one of the first folders in ``box`` holds a file of messages."""
    try:
        folders = [child for child in islice(box.iterdir(), _CHILDREN_LOOKED_AT) if child.is_dir()]
        return any(THREAD_FILE.match(file.name) for folder in folders for file in islice(folder.iterdir(), 50))
    except OSError:
        return False


def _number(file: Path) -> int:
    match = THREAD_FILE.match(file.name)
    return int(match[1][:9]) if match and match[1] else 0


def _names_in(path: Path) -> list[str]:
    try:
        if not path.is_file() or path.stat().st_size > _PROFILE_LIMIT:
            return []
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(value, dict):
        return []
    return [repaired(name).strip() for name in _profile(value) if isinstance(name, str) and name.strip()]


def _profile(value: Mapping[str, Any]) -> Iterator[Any]:
    """The names in ``profile_v2.name.full_name``, ``autofill_information_v2.FULL_NAME``, ``string_map_data.Name``."""
    for section in value.values():
        records = section if isinstance(section, list) else [section]
        for record in (one for one in records if isinstance(one, dict)):
            name = record.get("name")
            yield name.get("full_name") if isinstance(name, dict) else None
            for key in ("FULL_NAME", "EMAIL"):
                found = record.get(key)
                yield from found if isinstance(found, list) else []
            said = record.get("string_map_data")
            for key, entry in said.items() if isinstance(said, dict) else ():
                if isinstance(entry, dict) and _NAME_KEYS.fullmatch(repaired(key)):
                    yield entry.get("value")
