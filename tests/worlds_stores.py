"""A private PostgreSQL server, and small records, for the tests and benchmarks of the library."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from superatom.data.records import Conditions, Quantity
from superatom.data.synthesis_records import OutcomeClass, Product, Stage, SynthesisRecord

NO_SERVER = (
    "no PostgreSQL server programs under /usr/lib/postgresql or on the path (Debian: apt-get install postgresql)"
)


def record(batch: str = "", target: str = "[Au25(PET)18]-", ligand: str = "PET") -> SynthesisRecord:
    """A page of a lab notebook."""
    return SynthesisRecord(
        target,
        ligands=(ligand,),
        precursors=("HAuCl4.3H2O",),
        conditions=Conditions(temperature_C=Quantity.parse("0", "degC"), solvents=("THF",), reductant="NaBH4"),
        amounts={"HAuCl4.3H2O": Quantity.parse("157.6", "mg")},
        stages=(Stage("reduction", added=("NaBH4",), time_h=Quantity.parse("8", "h")),),
        product=Product(OutcomeClass.MONODISPERSE, yield_percent=Quantity.parse("~40", "%")),
        batch=batch,
    )


def postgres_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, of the newest version found, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name.split(".")[0]))
    if on_path := shutil.which("initdb"):
        folders.insert(0, Path(on_path).parent)
    return next((f for f in reversed(folders) if (f / "pg_ctl").exists() and (f / "initdb").exists()), None)


@dataclass(frozen=True, slots=True)
class PrivateServer:
    """A server of ours alone, reached through a socket in its folder."""

    programs: Path
    folder: Path
    user: str | None

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs as the server's user (PostgreSQL refuses root)."""
        command = [str(self.programs / program), *arguments]
        log = self.folder / f"{program}.log"
        with log.open("wb") as out:
            done = subprocess.run(command, stdout=out, stderr=out, user=self.user, cwd=self.folder, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {log.read_text(errors='replace')[-2000:]}")

    def start(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "server.log"), "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        self.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql://superatom@/{name}?host={self.folder}"

    def schema(self, name: str) -> str:
        """Make an empty schema in the database ``postgres`` and return its address; faster than a database."""
        self.execute(f'CREATE SCHEMA "{name}"')
        return f"postgresql://superatom@/postgres?host={self.folder}&options=-csearch_path%3D{name}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement as the owner of the server."""
        import psycopg

        with psycopg.connect(f"host={self.folder} user=superatom dbname={database}", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def private_server(programs: Path, *, fsync: bool = False) -> Iterator[PrivateServer]:
    """Make and start a cluster in a temporary folder; nothing of it is left.

    Without `fsync` a loss of power could cost data, which no test can cause; killed processes lose nothing.
    """
    folder = Path(tempfile.mkdtemp(prefix="sapg"))  # short: the path of a socket has little room
    user = None
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
        shutil.chown(folder, user)
    server = PrivateServer(programs, folder, user)
    data = folder / "data"
    try:
        server.run("initdb", "-D", str(data), "-U", "superatom", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with (data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nfsync = {'on' if fsync else 'off'}\n"
            )
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
