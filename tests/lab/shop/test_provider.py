"""The payment provider recognises a key, and can lose an answer."""

import pytest

from soniq.lab.shop.payments import Payments
from soniq.lab.shop.provider import Payment, open_provider


async def test_a_key_that_was_seen_takes_nothing_and_is_answered_as_it_was() -> None:
    async with open_provider() as provider:
        first = await Payments(provider.url).charge(1043, 5, "a key")
        second = await Payments(provider.url).charge(1043, 20, "a key")

    assert provider.taken == [Payment(1043, 5, "a key")]
    assert provider.asked == [Payment(1043, 5, "a key"), Payment(1043, 20, "a key")]
    assert first == second == "5 paid"


async def test_without_a_key_every_request_takes_money() -> None:
    async with open_provider() as provider:
        for _ in range(2):
            await Payments(provider.url).charge(1043, 5)

    assert provider.taken == [Payment(1043, 5)] * 2


async def test_a_lost_answer_is_heard_as_a_lost_connection_and_the_money_is_taken() -> None:
    async with open_provider() as provider:
        provider.lost_answers = 1
        with pytest.raises(ConnectionError):
            await Payments(provider.url).charge(1043, 5, "a key")

    assert provider.taken == [Payment(1043, 5, "a key")]
