"""What a user gets with `pip install soniq`: quick to import, typed, with its version."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import soniq

# A producer's process pays for what it imports; these come with extras, the command line or the lab.
OPTIONAL = {
    "IPython", "asgiref", "click", "django", "fastapi", "flask", "ipykernel", "jupyter_client", "jupyterlab",
    "nbclient", "psycopg", "redis", "rich", "rq", "sqlalchemy", "sqlmodel", "starlette", "tortoise", "uvicorn",
    "valkey",
}  # fmt: skip


def loaded_by(program: str) -> set[str]:
    show = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", f"{program}\n{show}"], check=True, capture_output=True, text=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    "program",
    [
        "import soniq; soniq.Soniq",
        "import soniq; [getattr(soniq, name) for name in soniq.__all__]",
        "import soniq; app = soniq.Soniq(); app.job(name='billing.send_invoice')(lambda: None)",
    ],
)
def test_using_soniq_loads_no_orm_web_framework_or_notebook(program: str) -> None:
    assert loaded_by(program) & OPTIONAL == set()


def test_importing_the_package_alone_loads_no_driver() -> None:
    assert loaded_by("import soniq") & {"asyncpg", "pydantic"} == set()


def test_a_program_that_only_enqueues_loads_no_worker() -> None:
    show = "import sys, soniq; soniq.Soniq; print('soniq.worker.worker' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", show], text=True) == "False\n"


def test_the_version_is_that_of_the_installed_package() -> None:
    assert soniq.__version__ == version("soniq")


def test_the_types_ship_with_the_package() -> None:
    assert (Path(soniq.__file__).parent / "py.typed").is_file()


def test_the_names_of_the_root_can_all_be_had() -> None:
    assert [name for name in soniq.__all__ if not hasattr(soniq, name)] == []
