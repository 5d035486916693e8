"""An open bookshop on the session's servers."""

from collections.abc import AsyncIterator

import pytest

from soniq.lab.shop import Shop, open_shop


@pytest.fixture
async def shop(server_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    monkeypatch.setenv("SONIQ_DATABASE_URL", server_url)
    opened = await open_shop()
    yield opened
    await opened.close()
