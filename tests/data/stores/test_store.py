"""Records and documents in a library: versions, conflicts, reading, files."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from superatom.data.stores.values import FileKind
from superatom.data.synthesis_records import Origin, OutcomeClass, Product
from superatom.errors import ConflictError, DocumentError, StoreError, UnknownNameError
from worlds_stores import record


def test_what_is_added_is_read_again(store: Store) -> None:
    one, two = store.add_many([record("a"), record("b")], reason="plate 1")
    assert (one.id, two.id, store.add(record("c")).id) == ("E0001", "E0002", "E0003")
    assert store.record("E0002") == two
    assert (two.record, two.version, two.sequence, two.author, two.reason) == (record("b"), 1, 2, "ada", "plate 1")
    assert two.at is not None
    assert abs(datetime.now(UTC) - two.at) < timedelta(minutes=5)
    assert store.add_many([]) == ()


def test_all_or_nothing(store: Store) -> None:
    broken = replace(record("b"), target=None)  # type: ignore[arg-type]
    with pytest.raises(DocumentError, match="target"):
        store.add_many([record("a"), broken])
    assert [s for s in store.iterate() if not s.is_cited] == []


def test_a_change_of_several_kinds_is_all_or_nothing(store: Store) -> None:
    old = store.add(record("a"))

    def change_too_much() -> None:
        with store.changing("plate 2") as change:
            change.add(record("b"))
            change.revise(old.id, record("c"), expected_version=1)
            change.append("campaign", "lab", {"step": 1}, expected_version=3)

    with pytest.raises(ConflictError):
        change_too_much()
    assert [s.version for s in store.iterate() if not s.is_cited] == [1]
    with store.changing("plate 2") as change:
        first = change.revise(old.id, record("c"), expected_version=1)
        second = change.revise(old.id, record("d"), expected_version=first.version)
        added = change.add(record("b"))
        change.append("campaign", "lab", {"records": [added.id]}, expected_version=0)
    assert store.record(old.id) == second
    assert [s.sequence for s in store.history(old.id)] == [1, 2, 3]
    assert store.latest("campaign", "lab").document == {"records": ["E0002"]}


@pytest.mark.parametrize("word", ["half \ud800 of a pair", "\x00"])
def test_text_no_database_keeps(store: Store, word: str) -> None:
    if word == "\x00":  # JSON escapes it in a record; a reason is kept as it is
        assert store.record(store.add(record(word)).id).record.batch == word
    else:
        with pytest.raises(DocumentError):
            store.add(record(word))
    with pytest.raises(StoreError, match="no database keeps"):
        store.add(record(), reason=word)


def test_a_correction_is_a_new_version(store: Store) -> None:
    first = store.add(record("a"))
    second = store.revise(first.id, record("b"), expected_version=1, reason="wrong plate")
    assert (second.version, second.sequence, second.reason) == (2, 2, "wrong plate")
    assert store.record(first.id) == second
    assert store.history(first.id) == (first, second)


def test_two_people_correct_the_same_record(store: Store) -> None:
    stored = store.add(record("a"))
    store.revise(stored.id, record("b"), expected_version=1, reason="mine")
    with pytest.raises(ConflictError, match=r"E0001 is at version 2 \(by ada, .* UTC, mine\), not at 1"):
        store.revise(stored.id, record("c"), expected_version=1, reason="theirs")
    with pytest.raises(ConflictError):
        store.withdraw(stored.id, expected_version=1, reason="theirs")
    assert len(store.history(stored.id)) == 2


def test_a_withdrawn_record_keeps_its_history_and_can_come_back(store: Store) -> None:
    store.add_many([record("a"), record("b")])
    gone = store.withdraw("E0001", expected_version=1, reason="flask broke")
    assert gone.is_withdrawn
    assert gone.record == record("a")
    assert [s.id for s in store.iterate(origin=Origin.OWN)] == ["E0002"]
    assert [s.id for s in store.iterate(origin=Origin.OWN, is_withdrawn=True)] == ["E0001"]
    assert [s.id for s in store.iterate(origin=Origin.OWN, is_withdrawn=None)] == ["E0002", "E0001"]
    with pytest.raises(StoreError, match="withdrawn already"):
        store.withdraw("E0001", expected_version=2, reason="again")
    back = store.revise("E0001", record("a2"), expected_version=2, reason="it had not broken")
    assert not back.is_withdrawn
    assert [s.version for s in store.history("E0001")] == [1, 2, 3]


def test_a_change_needs_a_reason(store: Store) -> None:
    store.add(record())
    with pytest.raises(StoreError, match="reason"):
        store.revise("E0001", record("b"), expected_version=1, reason=" ")


def test_choosing(store: Store) -> None:
    store.add(record("a", "Au25(SG)18", "SG"))
    store.add(replace(record("b", "copper hydride, x = 6", "lab ligand 7"), notes='he said "PALE red"\nthen brown'))
    store.add(replace(record("c"), product=Product(OutcomeClass.MIXTURE), extra={"Fume hood": "3"}))

    def found(**wanted: str) -> list[str]:
        return [s.id for s in store.iterate(origin=Origin.OWN, **wanted)]  # type: ignore[arg-type]

    assert found(target="[Au25(PET)18]-") == ["E0003"]
    assert found(target="[Au25(SR)18]-") == ["E0001", "E0003"]  # SR is any thiolate; no charge stated is any charge
    assert found(target="[Au25(SG)18]-") == ["E0001"]
    assert found(target="Hydride") == ["E0002"]
    assert found(ligand="glutathione") == ["E0001"]
    assert found(ligand="LIGAND 7") == ["E0002"]
    assert found(text='"pale RED"\nthen') == ["E0002"]
    assert found(text="fume hood") == ["E0003"]
    assert found(text="mixture", target="[Au25(PET)18]-") == ["E0003"]
    assert found(text="series_parameter") == []  # the name of a field is no text of a record


def test_the_cited_recipes_are_in_every_library(store: Store) -> None:
    cited = store.record("S001")
    assert cited.is_cited
    assert cited.record.origin is Origin.LITERATURE
    assert store.history("S001") == (cited,)
    assert next(store.iterate()) == cited
    assert all(s.record.origin is Origin.LITERATURE for s in store.iterate(origin=Origin.LITERATURE))
    for change in (store.revise, store.withdraw):
        given = (record(),) if change == store.revise else ()
        with pytest.raises(StoreError, match="S001 is a cited recipe"):
            change("S001", *given, expected_version=1, reason="x")
    with pytest.raises(StoreError, match="cited"):
        store.attach("S001", b"x", name="x")


def test_polling_misses_nothing_and_sees_nothing_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superatom.data.stores.ledger.PAGE", 3)
    store.add_many([record(str(i)) for i in range(8)])
    store.revise("E0002", record("2b"), expected_version=1, reason="x")
    seen = [s for s in store.iterate() if not s.is_cited]
    assert [s.id for s in seen] == ["E0001", *(f"E000{i}" for i in range(3, 9)), "E0002"]
    last = max(s.sequence for s in seen)
    assert list(store.iterate(since=last)) == []
    store.attach("E0001", b"x", name="x")
    store.withdraw("E0003", expected_version=1, reason="x")
    assert [(s.id, s.is_withdrawn) for s in store.iterate(since=last, is_withdrawn=None)] == [("E0003", True)]


def test_iterating_shows_one_state_while_others_write(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superatom.data.stores.ledger.PAGE", 2)
    store.add_many([record(str(i)) for i in range(5)])
    rows = store.iterate(origin=Origin.OWN)
    found = [next(rows)]
    store.revise("E0004", record("new"), expected_version=1, reason="x")
    store.add(record("more"))
    found += rows
    assert [s.record.batch for s in found] == list("01234")


def test_files(store: Store, tmp_path: Path) -> None:
    store.add(record())
    spectrum = tmp_path / "uv.csv"
    spectrum.write_bytes(b"nm,A\n400,1\n")
    one = store.attach("E0001", spectrum, kind="uv_vis")
    two = store.attach("E0001", b"\x00\xff", name="photo.png", kind=FileKind.PHOTO)
    assert (one.name, one.kind, one.number, one.n_bytes, one.author) == ("uv.csv", FileKind.UV_VIS, 1, 11, "ada")
    assert store.attachments("E0001") == (one, two)
    assert store.content(one.sha256) == spectrum.read_bytes()
    assert store.content(two.sha256) == b"\x00\xff"
    assert store.attach("E0001", spectrum, kind="UV-Vis") == one
    store.add(record())
    assert store.attach("E0002", spectrum).sha256 == one.sha256
    assert store.record("E0001").version == 1
    for wrong, sentence in (
        ({"kind": "selfie", "name": "x"}, "'selfie' is no kind of file; legal: uv_vis"),
        ({"content": b"", "name": "x"}, "the file is empty"),
        ({"name": ""}, "under a name"),
    ):
        with pytest.raises(StoreError, match=sentence):
            store.attach("E0001", **{"content": b"x", **wrong})
    with pytest.raises(StoreError, match="cannot read"):
        store.attach("E0001", tmp_path / "absent")


def test_a_file_too_large(store: Store, tmp_path: Path) -> None:
    store.add(record())
    huge = tmp_path / "huge.raw"
    with huge.open("wb") as handle:
        handle.truncate((256 << 20) + 1)
    with pytest.raises(StoreError, match="up to 268435456 are kept"):
        store.attach("E0001", huge)


def test_an_id_in_small_letters_gets_a_hint(store: Store) -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean S001\?"):
        store.record("s001")


def test_unknown_names(store: Store) -> None:
    for ask in (
        lambda: store.record("E0001"),
        lambda: store.history("E0001"),
        lambda: store.attachments("E0001"),
        lambda: store.attach("E0001", b"x", name="x"),
        lambda: store.withdraw("E0001", expected_version=1, reason="x"),
        lambda: store.latest("campaign", "c"),
        lambda: store.content("0" * 64),
    ):
        with pytest.raises(UnknownNameError, match="is in the library"):
            ask()
    assert store.documents("campaign", "c") == ()


def test_documents_of_other_rooms(store: Store) -> None:
    first = store.append("campaign", "plate 7", {"n": 1, "who": ("ä",)}, expected_version=0)
    second = store.append("campaign", "plate 7", {"n": 2}, expected_version=1, reason="batch 2")
    assert first.document == {"n": 1, "who": ["ä"]}
    assert store.latest("campaign", "plate 7") == second
    assert store.documents("campaign", "plate 7") == (first, second)
    store.append("campaign", "another", {}, expected_version=0)
    assert store.ids("campaign") == ("plate 7", "another")
    with pytest.raises(ConflictError, match="plate 7 is at version 2"):
        store.append("campaign", "plate 7", {}, expected_version=1)
    with pytest.raises(ConflictError, match="does not exist"):
        store.append("campaign", "plate 8", {}, expected_version=1)
    for kind, name in (
        ("synthesis", "x"),
        ("attachment", "x"),
        ("Campaign", "x"),
        ("campaign", ""),
        ("campaign", " x"),
    ):
        with pytest.raises(StoreError, match=r"legal|no kind"):
            store.append(kind, name, {}, expected_version=0)
    with pytest.raises(DocumentError):
        store.append("campaign", "c", {"x": float("nan")}, expected_version=0)


def test_the_database_itself_forbids_changes(store: Store, url: str) -> None:
    store.add_many([record("a"), record("b")])
    store.attach("E0001", b"x", name="x")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    copied = "SELECT kind, id, n, sequence, at, author, 'forged', document, sha256, is_withdrawn FROM library_version"
    verb = "INSERT OR REPLACE" if engine.name == "sqlite" else "INSERT"
    statements = [
        "UPDATE library_version SET sha256 = 'x'",
        "UPDATE library_blob SET sha256 = 'x'",
        "DELETE FROM library_version",
        "DELETE FROM library_blob",
        f"{verb} INTO library_version {copied} WHERE sequence = 1",
        f"INSERT INTO library_version {copied.replace('sequence', '9 ', 1)} WHERE sequence = 1",
        *(f"TRUNCATE library_{t}" for t in ("version", "blob") if engine.name == "postgresql"),
    ]
    for statement in statements:
        with pytest.raises(DBAPIError, match=r"append-only|without gaps"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
    assert [s.reason for s in store.history("E0001")] == [""]


def test_damage_is_noticed(store: Store, url: str) -> None:
    store.add(record("a"))
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    trigger = "library_version_no_update" if engine.name == "sqlite" else "library_version_unchanged ON library_version"
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text("UPDATE library_version SET document = replace(document, '157.6', '15.76')"))
    engine.dispose()
    with pytest.raises(StoreError, match="E0001 is damaged"):
        store.record("E0001")
    with pytest.raises(StoreError, match="E0001 is damaged"):
        list(store.iterate())


def test_threads_share_a_store(store: Store) -> None:
    def work(name: str) -> None:
        for i in range(10):
            store.add(record(f"{name}-{i}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [s for s in store.iterate() if not s.is_cited]
    assert [s.sequence for s in found] == list(range(1, 81))
    assert len({s.record.batch for s in found}) == 80


def test_two_stores_see_each_other(store: Store, url: str) -> None:
    store.add(record("a"))
    with open_store(url, author="bob") as other:
        assert other.add(record("b")).id == "E0002"
    assert store.record("E0002").author == "bob"
