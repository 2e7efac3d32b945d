"""Versions of documents and the contents of files; both append-only, versions numbered without gaps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NEXT_SEQUENCE = "(SELECT coalesce(max(sequence), 0) + 1 FROM library_version)"
_NEXT_N = "(SELECT coalesce(max(n), 0) + 1 FROM library_version WHERE kind = NEW.kind AND id = NEW.id)"

_TABLES = ("library_version", "library_blob")
_SQLITE_UNCHANGED = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the library is append-only'); END
"""
# INSERT OR REPLACE deletes without firing the triggers above: these two leave it nothing to replace
_SQLITE_NEXT = f"""
CREATE TRIGGER library_version_next BEFORE INSERT ON library_version
WHEN NEW.sequence <> {_NEXT_SEQUENCE} OR NEW.n <> {_NEXT_N}
BEGIN SELECT RAISE(ABORT, 'versions are numbered without gaps'); END
"""
_SQLITE_ONCE = """
CREATE TRIGGER library_blob_once BEFORE INSERT ON library_blob
WHEN EXISTS (SELECT 1 FROM library_blob WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(IGNORE); END
"""
_POSTGRESQL_FUNCTIONS = f"""
CREATE FUNCTION library_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the library is append-only'; END $$;
CREATE FUNCTION library_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence <> {_NEXT_SEQUENCE} OR NEW.n <> {_NEXT_N} THEN
    RAISE EXCEPTION 'versions are numbered without gaps';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER library_version_next BEFORE INSERT ON library_version
FOR EACH ROW EXECUTE FUNCTION library_next();
"""
_POSTGRESQL_UNCHANGED = """
CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION library_append_only()
"""


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "library_version",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean, nullable=False),
    )
    op.create_index("library_version_sequence", "library_version", ["sequence"], unique=True)
    op.create_index("library_version_kind", "library_version", ["kind", "sequence"])
    op.create_table(
        "library_blob",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def _triggers(dialect: str) -> list[str]:
    if dialect == "sqlite":
        unchanged = [_SQLITE_UNCHANGED.format(table=t, verb=verb) for t in _TABLES for verb in ("update", "delete")]
        return [*unchanged, _SQLITE_NEXT, _SQLITE_ONCE]
    return [_POSTGRESQL_FUNCTIONS, *(_POSTGRESQL_UNCHANGED.format(table=t) for t in _TABLES)]
