"""The app that the workers' processes import, with a task that takes its time, and two that fail."""

import asyncio

from soniq import JobContext, Soniq


async def pack(number: int) -> None:
    """Pack the books of an order: a fifth of a second."""
    await asyncio.sleep(0.2)


async def mail_receipt(number: int, ctx: JobContext) -> None:
    """Send a receipt by a mail server that is away at first."""
    if ctx.attempt < 3:
        raise ConnectionError("the mail server does not answer")


async def print_label(number: int, ctx: JobContext) -> None:
    """Print a label, if there is paper: a row of the table `paper`."""
    async with ctx.transaction() as db:
        if not await db.fetchval("select count(*) from paper"):
            raise RuntimeError("the printer has no paper")


def office(url: str | None = None) -> Soniq:
    """Make the app; without a URL it takes SONIQ_DATABASE_URL."""
    made = Soniq(url)
    made.job(name="pack")(pack)
    made.job(name="mail_receipt", retries=3, retry_delay=0.1)(mail_receipt)
    made.job(name="print_label", retries=1)(print_label)
    return made


app = office()
