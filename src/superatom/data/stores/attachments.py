"""Files attached to records: what is taken in, and how a row becomes an `Attachment`."""

from __future__ import annotations

from pathlib import Path

from superatom.data.stores.ledger import MAX_BYTES
from superatom.data.stores.values import Attachment, FileKind, StoredDocument
from superatom.errors import StoreError


def file_kind(kind: str) -> FileKind:
    """Return the kind called `kind`, whatever its case and hyphens; raises `StoreError` naming the legal ones.

    >>> file_kind("UV-Vis").value
    'uv_vis'
    """
    wanted = kind.strip().casefold().replace("-", "_").replace(" ", "_")
    found = next((each for each in FileKind if wanted.replace("_", "") == each.value.replace("_", "")), None)
    if found is None:
        raise StoreError(f"{kind!r} is no kind of file; legal: {', '.join(FileKind)}")
    return found


def bytes_of(content: bytes | Path) -> bytes:
    """Return bytes, or those of a file; raises `StoreError` for none, too many (256 MiB) or what cannot be read."""
    try:
        n_bytes = content.stat().st_size if isinstance(content, Path) else len(content)
        if n_bytes > MAX_BYTES:
            raise StoreError(f"a file of {n_bytes} bytes; up to {MAX_BYTES} are kept: note where it lies instead")
        if not n_bytes:
            what = str(content) if isinstance(content, Path) else "the file"
            raise StoreError(f"{what} is empty: 0 bytes show nothing; attach the file once it is written")
        return content.read_bytes() if isinstance(content, Path) else content
    except OSError as error:
        raise StoreError(f"cannot read {content!s}: {error.strerror or error}") from error


def attachment_of(document: StoredDocument) -> Attachment:
    """Return what a version of kind ``attachment`` says."""
    return Attachment(
        record_id=document.id,
        number=document.version,
        sequence=document.sequence,
        at=document.at,
        author=document.author,
        name=document.document["name"],
        kind=FileKind(document.document["kind"]),
        sha256=document.document["sha256"],
        n_bytes=document.document["n_bytes"],
    )
