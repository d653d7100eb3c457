"""To which hosts text may be sent: this machine, and those that were allowed by name."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from likeness.core.errors import InputError, Refused


def check_host(url: str, allowed: Iterable[str], *, param: str, example: str) -> None:
    """Raise :class:`Refused` unless ``url`` is on this machine or its host is in ``allowed``.

    Raises :class:`InputError`, naming the setting ``param`` and an ``example``, for what is no address.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(f"{url!r} is no address of a server", hint=f"for example {example}", param=param)
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not here and host not in {name.casefold() for name in allowed}:
        raise Refused(
            f"{host} is another machine, and what is sent there is private",
            hint=f"if it is yours, allow it by name: LIKENESS_ENGINE_HOSTS='[\"{host}\"]'",
        )
