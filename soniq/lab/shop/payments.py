"""Ask the payment provider, over HTTP."""

import asyncio
import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

from soniq.lab.record import Recorder
from soniq.lab.shop.provider import KEY_HEADER


class Payments:
    """The provider, as the shop's code sees it.

    Args:
        url: The provider's.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    async def charge(self, order: int, amount: int, key: str | None = None) -> str:
        """Take money from the card of an order's customer.

        Args:
            order: Its number.
            amount: How much.
            key: The request's idempotency key: with one that it has seen the provider takes nothing, and
                answers as it did the first time.

        Returns:
            What the provider says.

        Raises:
            ConnectionError: No answer came; nobody here knows whether money was taken.
        """
        record = Recorder.inherited().record
        record("enqueue", "worker", f"charge {amount}", store="queue", subject=f"order {order}")
        try:
            return await asyncio.to_thread(self._post, {"order": order, "amount": amount}, key)
        except ConnectionError:
            record("refuse", "worker", "no answer", store="queue", subject=f"order {order}")
            raise

    def _post(self, body: dict[str, int], key: str | None) -> str:
        connection = HTTPConnection(self._parts.netloc)
        try:
            connection.request("POST", self._parts.path, json.dumps(body), {KEY_HEADER: str(key)} if key else {})
            return str(json.loads(connection.getresponse().read()))
        finally:
            connection.close()
