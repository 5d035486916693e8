"""Send an order over HTTP, as a customer's browser would."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from soniq.lab.crew import Ending

PATIENCE_S: Final = 30.0


async def post(address: str, order: Mapping[str, Any]) -> Ending:
    """Post the order, and say what the customer was told; nothing at all when the server died."""
    # No proxy of the environment's: the server is on this machine.
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        try:
            answer = await client.post(address, json=order)
        except httpx.TransportError:
            return Ending(killed=True)
    if answer.is_success:
        return Ending(value=answer.status_code)
    return Ending(error=answer.reason_phrase, message=answer.text)
