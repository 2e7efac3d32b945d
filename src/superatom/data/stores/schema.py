"""The tables of the library: one of versions, one of file contents. Rows are added, never changed (triggers see to it).

The text of the tables and triggers is in `migrations`, which make and upgrade them; this module is what queries are
written with. `HEAD` names the newest migration.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

HEAD = "0001"
REVISION_TABLE = "library_schema"
APPLICATION_ID = 0x53417431  # "SAt1" in the header of an SQLite file: this file is a superatom library

METADATA = MetaData()
VERSION = Table(
    "library_version",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("is_withdrawn", Boolean, nullable=False),
    Index("library_version_sequence", "sequence", unique=True),
    Index("library_version_kind", "kind", "sequence"),
)
BLOB = Table(
    "library_blob",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
