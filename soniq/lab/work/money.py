"""Move money by a job whose worker is killed, and count what was moved."""

from collections.abc import Awaitable, Callable
from typing import Final

from soniq.lab.faults import place as find_place
from soniq.lab.record import Lane, Verdict, VerdictName
from soniq.lab.shop import Order, Shop
from soniq.lab.stage import Blow, Run, Scene
from soniq.lab.stage.watch import Words
from soniq.lab.tap import Act
from soniq.lab.work.pair import FIRST, LANES
from soniq.lab.work.provider import Provider, charge_card
from soniq.lab.work.royalties import pay
from soniq.lab.work.teller import TASK, bank

Handler = Callable[..., Awaitable[None]]
WORK: Final = "soniq.lab.work.teller:work"
KEEP_WORKING: Final = "soniq.lab.work.teller:keep_working"
WITH_PROVIDER: Final[dict[Lane, str]] = {**LANES, "queue": "Provider"}
ITS_JOBS: Final[dict[Act, Words]] = {"claim": ("run", "job: money for {number}")}
AMOUNT: Final = 30
ACCOUNTS: Final = """
create table if not exists accounts (name text primary key, balance bigint not null);
insert into accounts values ('shop', 100000), ('Grace', 0) on conflict do nothing;
"""


async def pay_author(shop: Shop, handler: Handler = pay, place: str = "before_the_record") -> Run:
    """Let a job pay Grace 30, SIGKILL its worker at the place, and let another worker come.

    Args:
        shop: Where.
        handler: One of `soniq.lab.work.royalties`.
        place: As of `knife`.

    Raises:
        OptionInvalid: There is no such place.
    """
    await open_accounts(shop)

    async def paid() -> int:
        return await balance(shop)

    return await _killed(shop, handler, place, paid, "Grace is paid {moved} for order {order}; she earned 30.")


async def charge(shop: Shop, handler: Handler = charge_card, place: str = "before_the_record") -> Run:
    """Let a job charge Ada's card at a provider; all else as in `pay_author`.

    Args:
        shop: Where.
        handler: One of `soniq.lab.work.provider`.
        place: As of `knife`.
    """
    provider = Provider(shop.broker.url, shop.broker.queue)

    async def charged() -> int:
        return AMOUNT * await provider.count()

    sentence = "Ada's card is charged {moved} for order {order}, which cost 30."
    return await _killed(shop, handler, place, charged, sentence, WITH_PROVIDER)


async def open_accounts(shop: Shop) -> None:
    """Give the shop and Grace an account each, if they have none."""
    await (await shop.connect()).execute(ACCOUNTS)


async def balance(shop: Shop) -> int:
    """Ask what Grace has."""
    [[has]] = await shop.ask("select balance from accounts where name = 'Grace'")
    return int(str(has))


async def enqueue(shop: Shop, number: int) -> None:
    """Have the money moved for an order."""
    async with bank(shop.url) as app:
        await app.enqueue(TASK, args={"number": number})


async def _killed(  # one run, and how to judge it
    shop: Shop,
    handler: Handler,
    place: str,
    count: Callable[[], Awaitable[int]],
    sentence: str,
    lanes: dict[Lane, str] = LANES,
) -> Run:
    order, name = Order(shop.next_number()), handler.__name__
    scene = Scene(shop, f"{name}: SIGKILL {find_place(place).gloss}", order, lanes, told=ITS_JOBS)
    before = await count()
    await enqueue(shop, order.number)
    await scene.work(WORK, name, blow=Blow(place), lane=FIRST)
    if {row[2] for row in await shop.jobs(order.number)} == {"processing"}:  # in dead hands
        await scene.work(KEEP_WORKING, name, blow=Blow("after_the_end", "stop"))
    else:
        await scene.work(WORK, name)
    moved = await count() - before
    return await scene.conclude(Verdict(_name(moved), sentence.format(moved=moved, order=order.number)))


def _name(moved: int) -> VerdictName:
    if moved == AMOUNT:
        return "consistent"
    return "duplicate" if moved > AMOUNT else "lost"
