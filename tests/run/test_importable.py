"""What no other process could import is refused, when it is declared or when a worker starts."""

import subprocess
import sys
from typing import Annotated, Any

import pytest

from soniq import Soniq
from soniq.errors import OptionInvalid
from tests.run import heavy


def test_what_cannot_be_imported_is_refused_when_it_is_declared() -> None:
    app = Soniq()

    def inner() -> None: ...

    for handler, why in (
        (inner, "define it with `def` at the module's level"),
        (lambda: None, "define it with `def` at the module's level"),
        (heavy.asynchronous, "it is asynchronous"),
    ):
        with pytest.raises(OptionInvalid, match=why):
            app.job(name="t", process=True)(handler)


def test_a_notebooks_function_is_refused() -> None:
    program = "import soniq\n@soniq.Soniq().job(process=True)\ndef f(): ...\n"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert "what a notebook defines cannot be imported" in ran.stderr


def test_a_programs_own_function_is_refused_when_it_starts_a_worker(migrated_url: str, tmp_path: Any) -> None:
    program = tmp_path / "shop.py"
    program.write_text(
        "import asyncio, sys, soniq\napp = soniq.Soniq(sys.argv[1])\n@app.job(process=True)\ndef f(): ...\n"
        "asyncio.run(app.run_worker())\n"
    )
    ran = subprocess.run([sys.executable, program, migrated_url], capture_output=True, text=True, check=False)

    assert "[SONIQ_OPTION_INVALID] task 'shop.f' is marked process=True, but __main__:f is part of the program" in (
        ran.stderr
    )


def replaced() -> None: ...


kept = replaced


def replaced() -> None: ...  # type: ignore[no-redef]  # the name leads elsewhere now


async def test_a_path_that_leads_elsewhere_is_refused_at_the_start(app: Soniq) -> None:
    app.job(name="t", process=True)(kept)

    with pytest.raises(OptionInvalid, match="is something else than the handler"):
        await app.run_worker(run_once=True)


_app = Soniq()


@_app.resource
def model() -> Any:
    yield "a model"


def predict(model: Annotated[str, model]) -> None: ...


async def test_a_resource_is_refused_at_the_start(app: Soniq) -> None:
    app.job(name="t", process=True)(predict)

    with pytest.raises(OptionInvalid, match="`model` asks for <resource 'model'>, which lives in the worker"):
        await app.run_worker(run_once=True)


@_app.job(process=True)
def decorated() -> str:
    return "found"


async def test_a_decorated_handler_is_found_behind_its_decorator(migrated_url: str) -> None:
    async with Soniq(migrated_url) as app:
        app.job(name="t", process=True)(decorated.__wrapped__)  # type: ignore[attr-defined]  # by update_wrapper
        job_id = await app.enqueue("t")
        await app.run_worker(run_once=True)

        assert await app.get_result(job_id) == "found"
