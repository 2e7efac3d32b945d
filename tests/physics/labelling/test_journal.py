"""Journals: what was acknowledged stays, a torn end is dropped, damage is named."""

from __future__ import annotations

import math
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.errors import JournalError, NoRoomError
from superatom.physics.labelling.journal import Journal, read_lines, to_line

RECORDS = st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.floats(allow_nan=False)), max_size=6)


def write(path: Path, *lines: str) -> None:
    with Journal(path) as journal:
        journal.append(*lines)


def read(path: Path) -> list[dict[str, object]]:
    return [record for record, _ in read_lines(path)]


@settings(max_examples=25, deadline=None)
@given(RECORDS, st.data())
def test_a_cut_anywhere_loses_only_the_torn_line(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], data: st.DataObject
) -> None:
    records = [record for record in records if all(value not in (math.inf, -math.inf) for value in record.values())]
    path = tmp_path_factory.mktemp("journal") / "j.jsonl"
    write(path, *map(to_line, records))
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    kept = whole[:cut].count(b"\n")
    assert read(path) == records[:kept]
    write(path, '{"new":1}')
    assert read(path) == [*records[:kept], {"new": 1}]


def test_a_torn_end_longer_than_a_block_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_text('{"id":"a"}\n{"id":"' + "b" * 200_000, encoding="utf-8")
    write(path)
    assert path.read_text(encoding="utf-8") == '{"id":"a"}\n'


@pytest.mark.parametrize("line", ["no json", "[1, 2]", "", '{"id": 1'])
def test_damage_in_the_middle_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "j.jsonl"
    path.write_text(f'{{"id":1}}\n{line}\n{{"id":2}}\n', encoding="utf-8")
    with pytest.raises(JournalError, match="line 2"):
        read(path)


def test_no_file_is_an_empty_journal(tmp_path: Path) -> None:
    assert read(tmp_path / "none.jsonl") == []


def test_the_lock_goes_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    with Journal(path), pytest.raises(JournalError, match="another run"), Journal(path):
        pass
    write(path, '{"id":1}')
    assert read(path) == [{"id": 1}]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        to_line({"energy_eV": value})


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    write(path, '{"id":1}')
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12, limits[1]))
    try:
        with pytest.raises(NoRoomError, match=r"j\.jsonl cannot be written \(File too large\)"):
            write(path, '{"id":2}')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read(path) == [{"id": 1}]
    write(path, '{"id":3}')
    assert read(path) == [{"id": 1}, {"id": 3}]
