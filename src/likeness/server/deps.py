"""What routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from likeness.server.gateway import Gateway

_bearer = HTTPBearer(auto_error=False, description="The gateway's key, from `gateway.key` in the person's home.")
KEYED = [Security(_bearer)]
"""For the API's description; the key itself is checked by ``security.Guard`` before any route is looked up."""


async def gateway(request: Request) -> Gateway:
    """The one gateway of this program. Asynchronous, since FastAPI runs what is not in a thread."""
    found: Gateway = request.app.state.gateway
    return found


Serving = Annotated[Gateway, Depends(gateway)]
