"""The runner: whatever stops it, going on gives what an undisturbed run gives; no job can end the others."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import worlds_labelling as world
from superatom.errors import DesignError, JournalError, MissingEngineError, NoRoomError
from superatom.physics.labelling.campaign import run_campaign
from superatom.physics.labelling.journal import Journal, read_lines
from superatom.physics.labelling.progress import Summary

KILLS = 4
NAMES = ("configurations.jsonl", "labels-gfn1.jsonl", "references-gfn1.jsonl")


def run(design: Path, folder: Path, level: str = "gfn1", **options: Any) -> Summary:
    return run_campaign(design, folder, level, perform=world.perform, **{"workers": 1, **options})


def records(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """All records by id, without wall times; an id may stand there once only."""
    found: dict[str, dict[str, Any]] = {}
    for record, _ in read_lines(folder / name):
        key = record.get("id") or record["key"]
        assert key not in found
        found[key] = {**record, "seconds": 0}
    return found


def start(design: Path, folder: Path, level: str = "gfn1", *more: str) -> subprocess.Popen[bytes]:
    code = f"import sys; sys.path.insert(0, {str(world.TESTS)!r}); from worlds_labelling import main; main()"
    words = [sys.executable, "-c", code, str(design), str(folder), level, "1", *more]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for_lines(process: subprocess.Popen[bytes], folder: Path, goal: int) -> None:
    until = time.monotonic() + 60
    while n_lines(folder) < goal and process.poll() is None and time.monotonic() < until:
        time.sleep(0.001)


def n_lines(folder: Path) -> int:
    return sum((folder / name).read_bytes().count(b"\n") for name in NAMES if (folder / name).exists())


def children_of(process_id: int) -> list[Path]:
    children = Path(f"/proc/{process_id}/task/{process_id}/children")
    return [Path("/proc") / one for one in children.read_text().split()] if children.exists() else []


def still_there(processes: list[Path]) -> list[Path]:
    """Which processes are alive after they had some time to end."""
    until = time.monotonic() + 20
    while any(one.exists() for one in processes) and time.monotonic() < until:
        time.sleep(0.02)
    return [one for one in processes if one.exists()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A design and the folder of an undisturbed run."""
    place = tmp_path_factory.mktemp("whole")
    design = world.write_design(place / "toy.toml", "Pd", "Ag", "Zn", "Cd", "")
    summary = run(design, place / "out", workers=2)
    assert summary.ended == "finished"
    assert summary.n_left == 0
    return design, place / "out"


def test_every_configuration_ends_with_a_status(whole: tuple[Path, Path]) -> None:
    made, labels = records(whole[1], NAMES[0]), records(whole[1], NAMES[1])
    # 2 placements x 2 ligands x 2 isomers x (1 minimum + 2 copies); gold alone has no placements
    assert sum(record["status"] == "converged" for record in made.values()) == 2 * 24 + 12
    assert sum(record["status"] == "failed" for record in made.values()) == 8  # no copies of what was not made
    assert sum(record["status"] == "filtered" for record in made.values()) == 8
    assert set(labels) == {key for key, record in made.items() if record["status"] == "converged"}
    assert {record["status"] for key, record in labels.items() if "Ag" in key} == {"failed"}
    assert {record["status"] for key, record in labels.items() if "Ag" not in key} == {"converged"}


def test_children_stand_after_their_parents(whole: tuple[Path, Path]) -> None:
    seen = {""}
    for record, _ in read_lines(whole[1] / NAMES[0]):
        assert record["parent"] in seen
        seen.add(record["id"])


def test_one_worker_gives_the_same_records(whole: tuple[Path, Path], tmp_path: Path) -> None:
    run(whole[0], tmp_path)
    for name in NAMES:
        assert records(tmp_path, name) == records(whole[1], name)


def test_kills_at_random_moments_lose_nothing(whole: tuple[Path, Path], tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    total, kills = n_lines(whole[1]), 0
    for turn in range(1, KILLS + 1):
        process = start(whole[0], tmp_path)
        wait_for_lines(process, tmp_path, total * turn // (KILLS + 2) + int(draw.integers(4)))
        time.sleep(float(draw.random()) * 0.02)
        workers = children_of(process.pid)
        written = {name: (tmp_path / name).read_bytes() for name in NAMES if (tmp_path / name).exists()}
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        for name, before in written.items():  # what was written stays as it was
            assert (tmp_path / name).read_bytes().startswith(before[: before.rfind(b"\n") + 1])
        assert not still_there(workers)
    assert kills == KILLS
    assert run(whole[0], tmp_path).ended == "finished"
    for name in NAMES:
        assert records(tmp_path, name) == records(whole[1], name)


def test_a_torn_line_is_done_again(whole: tuple[Path, Path], tmp_path: Path) -> None:
    for name in (*NAMES, "design.toml"):
        (tmp_path / name).write_bytes((whole[1] / name).read_bytes())
    for name in NAMES[:2]:
        text = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(text[:-40])
    summary = run(whole[0], tmp_path)
    assert (summary.n_new_geometries, summary.n_new_labels) == (1, 1)
    for name in NAMES:
        assert records(tmp_path, name) == records(whole[1], name)


@pytest.mark.parametrize("whom", ["Ctrl-C", "the run", "everybody"])
def test_a_stop_is_clean_and_leaves_no_process(whole: tuple[Path, Path], tmp_path: Path, whom: str) -> None:
    """Ctrl-C, SIGTERM to the run, or SIGTERM to all its processes at once, workers first, as batch systems do."""
    process = start(whole[0], tmp_path)
    wait_for_lines(process, tmp_path, 30)
    workers = children_of(process.pid)
    assert workers
    for worker in workers if whom == "everybody" else ():
        os.kill(int(worker.name), signal.SIGTERM)
    process.send_signal(signal.SIGINT if whom == "Ctrl-C" else signal.SIGTERM)
    assert process.wait(timeout=60) == 130
    assert not still_there(workers)
    assert all((tmp_path / name).read_bytes().endswith(b"\n") for name in NAMES)
    for name in NAMES:  # no configuration is blamed for the stop
        whole_records = records(whole[1], name)
        assert all(whole_records[key] == record for key, record in records(tmp_path, name).items())


def test_a_limit_stops_at_so_many_labels(whole: tuple[Path, Path], tmp_path: Path) -> None:
    summary = run(whole[0], tmp_path, limit=7)
    assert (summary.ended, summary.n_new_labels) == ("limit", 7)
    assert len(records(tmp_path, NAMES[1])) == 7
    assert summary.n_left > 0


def test_a_partial_run_is_a_fair_sample(whole: tuple[Path, Path], tmp_path: Path) -> None:
    run(whole[0], tmp_path, limit=24)
    dopants = {record["dopant"] for record in records(tmp_path, NAMES[0]).values()}
    assert dopants == {"Pd", "Ag", "Zn", "Cd", ""}


def test_a_dying_worker_costs_one_label(tmp_path: Path) -> None:
    design = world.write_design(tmp_path / "toy.toml", "Hg", "Re", "Pd", is_small=True)
    summary = run(design, tmp_path / "out", workers=2)
    labels = records(tmp_path / "out", NAMES[1])
    assert summary.ended == "finished"
    assert {record["why"] for key, record in labels.items() if "Hg" in key} == {
        "the worker process ended with SIGKILL (out of memory?)"
    }
    assert all("ZeroDivisionError" in record["why"] for key, record in labels.items() if "Re" in key)
    assert {record["status"] for key, record in labels.items() if "Pd" in key} == {"converged"}


def test_a_missing_program_stops_the_run_with_its_install_line(tmp_path: Path) -> None:
    design = world.write_design(tmp_path / "toy.toml", "Os")
    with pytest.raises(MissingEngineError, match="apt-get install"):
        run(design, tmp_path / "out")
    assert records(tmp_path / "out", NAMES[1]) == {}  # nothing is blamed on the configurations


def test_a_full_disk_stops_the_run_and_blames_nobody(tmp_path: Path) -> None:
    design = world.write_design(tmp_path / "toy.toml", "Fe", is_small=True)
    with pytest.raises(NoRoomError, match=r"No space left on device .* what is labelled is kept"):
        run(design, tmp_path / "out")
    assert records(tmp_path / "out", NAMES[1]) == {}


def test_signals_are_as_before_after_a_run(tmp_path: Path) -> None:
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)]
    run(world.write_design(tmp_path / "toy.toml", "Zn", is_small=True), tmp_path)
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)] == before


def test_failed_labels_are_retried_only_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design, out = world.write_design(tmp_path / "toy.toml", "Ag"), tmp_path / "out"
    assert run(design, out).labels == {"lantern 1": {"failed": 24}}
    monkeypatch.setenv("WORLD_IS_KIND", "1")
    assert run(design, out).n_new_labels == 0
    again = run(design, out, retry_failed=True)
    assert again.n_new_labels == 24
    assert again.labels == {"lantern 1": {"converged": 24}}
    assert again.n_new_geometries == 0


def test_a_longer_design_goes_on(whole: tuple[Path, Path], tmp_path: Path) -> None:
    design = world.write_design(tmp_path / "toy.toml", "Pd", "Ag", "Zn", "Cd", "")
    run(design, tmp_path, limit=40)
    more = world.DESIGN.partition("[[family]]")[2].replace("DOPANTS", '"Ni"').replace("isomers = 2", "isomers = 1")
    text = design.read_text(encoding="utf-8").replace("isomers = 2", "isomers = 3")
    design.write_text(f"{text}\n[[family]]{more}", encoding="utf-8")
    summary = run(design, tmp_path)
    assert summary.labels["lantern 2"] == {"converged": 12}
    found, before = records(tmp_path, NAMES[0]), records(whole[1], NAMES[0])
    assert {key: found[key] for key in before} == before  # other items of the design do not matter
    assert (tmp_path / "design.toml").read_text(encoding="utf-8") == design.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [("seed = 7", "seed = 8"), ("isomers = 2", "isomers = 1"), ('"Pd"', '"Pt"'), ('tier = "B"', "rattle_A = 0.5")],
)
def test_a_changed_design_is_refused_and_explained(
    whole: tuple[Path, Path], tmp_path: Path, old: str, new: str
) -> None:
    design, out = tmp_path / "toy.toml", tmp_path / "out"
    shutil.copy(whole[0], design)
    shutil.copytree(whole[1], out)
    before = {name: (out / name).read_bytes() for name in NAMES}
    design.write_text(design.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DesignError, match=r"such as lantern/.* needs a new folder"):
        run(design, out)
    assert {name: (out / name).read_bytes() for name in NAMES} == before


def test_two_levels_at_once(whole: tuple[Path, Path], tmp_path: Path) -> None:
    making = start(whole[0], tmp_path)
    labelling = start(whole[0], tmp_path, "spgfn1", "existing")
    assert (making.wait(timeout=120), labelling.wait(timeout=120)) == (0, 0)
    run(whole[0], tmp_path, "spgfn1", existing_geometries=True)
    first, second = records(tmp_path, NAMES[1]), records(tmp_path, "labels-spgfn1.jsonl")
    assert first == records(whole[1], NAMES[1])
    assert {key: one["energy_eV"] for key, one in first.items()} == {
        key: one["energy_eV"] for key, one in second.items()
    }


def test_one_writer_at_a_time(whole: tuple[Path, Path], tmp_path: Path) -> None:
    with Journal(tmp_path / NAMES[0]), pytest.raises(JournalError, match="another run"):
        run(whole[0], tmp_path)
    with Journal(tmp_path / NAMES[0]):
        assert run(whole[0], tmp_path, existing_geometries=True).n_new_labels == 0


def test_a_dear_level_labels_a_fixed_selection(tmp_path: Path) -> None:
    select = '[[levels.spgfn1.select]]\nligands = {thiolate = "SH"}\nminima = 1\noff_equilibrium = 4\n'
    design = world.write_design(tmp_path / "toy.toml", "Pd", "Cd", more=select)
    summary = run(design, tmp_path / "a", "spgfn1")
    labels = records(tmp_path / "a", "labels-spgfn1.jsonl")
    assert len(labels) == 2 * (1 + 4)  # two prototypes of palladium; cadmium has no good geometry
    assert summary.n_left == 0
    assert len({key for key in labels if "/d" in key}) == 8
    run(design, tmp_path / "b", "gfn1")
    run(design, tmp_path / "b", "spgfn1", existing_geometries=True)
    assert records(tmp_path / "b", "labels-spgfn1.jsonl") == labels


def test_levels_for_geometries_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match="gfnff makes geometries"):
        run(world.write_design(tmp_path / "toy.toml", "Pd"), tmp_path, "gfnff")


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    design = world.write_design(tmp_path / "toy.toml", "Zn", "Pd")
    run(design, tmp_path, tell=lambda now: seen.append((now.n_done, now.n_to_do)))
    assert seen[-1][0] == seen[-1][1]
    assert all(done <= to_do for done, to_do in seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_nothing_is_left_in_the_environment(tmp_path: Path) -> None:
    before = dict(os.environ)
    run(world.write_design(tmp_path / "toy.toml", "Zn"), tmp_path)
    assert dict(os.environ) == before
    assert (
        json.loads((tmp_path / NAMES[0]).read_text(encoding="utf-8").splitlines()[0])["why"] == "no geometry for zinc"
    )
