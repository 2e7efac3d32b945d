"""Making and upgrading the tables of a library, from every earlier state."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from superatom.data.stores import migrations
from superatom.data.stores.opening import migrate, open_store
from superatom.data.stores.schema import APPLICATION_ID, HEAD, METADATA, REVISION_TABLE
from superatom.data.synthesis_records import SYNTHESIS, Origin
from superatom.errors import StoreError
from worlds_stores import record


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    return [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def raw(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:")


def test_head_is_the_newest_migration_and_they_sort_as_text() -> None:
    assert revisions()[-1] == HEAD
    assert revisions() == sorted(revisions())


@pytest.mark.parametrize("revision", revisions())
def test_a_library_of_every_earlier_version_is_upgraded_with_its_rows(
    new_url: Callable[[], str], revision: str
) -> None:
    url, document = new_url(), SYNTHESIS.to_text(record("old"))
    engine = create_engine(raw(url))
    with engine.connect() as connection:
        if engine.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        migrate(connection, revision)
        connection.execute(
            text(
                "INSERT INTO library_version VALUES ('synthesis', 'E0001', 1, 1, '2026-11-21T16:00:00+00:00', 'ada', "
                "'why', :document, :sha256, :no)"
            ),
            {"document": document, "sha256": hashlib.sha256(document.encode()).hexdigest(), "no": False},
        )
        connection.commit()
    engine.dispose()
    with open_store(url) as store:
        [old] = store.iterate(origin=Origin.OWN)
        assert (old.id, old.author, old.reason, old.record) == ("E0001", "ada", "why", record("old"))
        assert store.add(record("new")).id == "E0002"


def test_the_migrations_make_the_tables_the_queries_expect(url: str) -> None:
    open_store(url).close()
    engine = create_engine(raw(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": REVISION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_library_of_a_newer_superatom_is_refused(url: str) -> None:
    open_store(url).close()
    engine = create_engine(raw(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE library_schema SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match=r"written by a newer superatom .*update superatom"):
        open_store(url)


def test_a_database_with_tables_of_others_is_shared_or_refused(new_url: Callable[[], str]) -> None:
    url = new_url()
    if url.startswith("sqlite"):
        pytest.skip("an SQLite file belongs to one program")
    engine = create_engine(raw(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE samples (x INTEGER)"))
    open_store(url).close()
    other = new_url()
    engine.dispose()
    engine = create_engine(raw(other))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE library_blob (x INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="has a table library_blob that is not superatom's"):
        open_store(other)
