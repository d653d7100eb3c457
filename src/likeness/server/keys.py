"""The gateway's key: made on first start, kept as an argon2 hash.

``gateway.json`` in the person's home holds the hash, and only that decides who is let in. The plain key is shown once
and left in ``gateway.key`` (mode 0600) for the owner's own programs on this machine; whoever can read that file can
read the whole home. The owner may move or delete it, and the gateway goes on as before; for a new key, delete both.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from likeness.core import files
from likeness.core.errors import InputError, KeyNeeded, TooManyTries

HASH_FILE = "gateway.json"
KEY_FILE = "gateway.key"
_PREFIX = "likeness-"
_LONGEST = 200


class Keys:
    """Checks keys against the stored hash, and slows down guessing.

    After ``failures`` wrong keys within ``window`` seconds no key that is not known yet is looked at. One that was
    right before is still let in: every caller comes from the same loopback address, so that another program's wrong
    guesses must not shut the owner out. Thread-safe.
    """

    def __init__(self, folder: Path, *, failures: int = 10, window: float = 60.0) -> None:
        self._folder = folder
        self._failures: deque[float] = deque(maxlen=failures)
        self._window = window
        self._lock = threading.Lock()
        self._verified = b""
        self.created = ""
        """The plain key, when this start made it; else ""."""
        self._hash = self._load() or self._create()

    def check(self, header: str | None) -> None:
        """Raise :class:`KeyNeeded` or :class:`TooManyTries` unless an ``Authorization`` header carries the key."""
        scheme, _, key = (header or "").partition(" ")
        key = key.strip()
        if scheme.casefold() == "bearer" and key and self.known(key):
            return
        with self._lock:
            now = time.monotonic()
            if len(self._failures) == self._failures.maxlen and now - self._failures[0] < self._window:
                raise TooManyTries("too many requests without the right key", hint="wait a minute")
            if scheme.casefold() == "bearer" and 0 < len(key) <= _LONGEST and self._verify(key):
                return
            self._failures.append(now)
        if not header:
            raise KeyNeeded("this gateway needs its key", hint=f"send Authorization: Bearer KEY; it is in {KEY_FILE}")
        raise KeyNeeded("this is not the gateway's key", hint=f"the key is in {KEY_FILE} in the person's home")

    def known(self, key: str) -> bool:
        """True for a key that was found right before: a fast comparison, so that argon2 is not paid per request."""
        return bool(self._verified) and hmac.compare_digest(self._verified, _fingerprint(key))

    def _verify(self, key: str) -> bool:
        from argon2 import PasswordHasher
        from argon2.exceptions import VerificationError

        try:
            PasswordHasher().verify(self._hash, key)
        except VerificationError:
            return False
        self._verified = _fingerprint(key)
        return True

    def _load(self) -> str:
        path = self._folder / HASH_FILE
        if not path.is_file():
            return ""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))["key_hash"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{HASH_FILE} is damaged: {error}", hint="delete it; the next start makes a new key"
            ) from None
        return str(stored)

    def _create(self) -> str:
        from argon2 import PasswordHasher

        self.created = _PREFIX + secrets.token_urlsafe(32)
        hashed = PasswordHasher().hash(self.created)
        self._verified = _fingerprint(self.created)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        files.write_text(self._folder / KEY_FILE, self.created + "\n")
        files.write_json(self._folder / HASH_FILE, {"key_hash": hashed, "created_at": made})
        return hashed


def read_key(folder: Path) -> str:
    """The plain key for the owner's own programs. Raises :class:`KeyNeeded` when it is not there."""
    try:
        return (folder / KEY_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        raise KeyNeeded(f"there is no {KEY_FILE}", hint="start the gateway once: likeness serve") from None


def _fingerprint(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
