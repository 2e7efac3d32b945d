"""Making: every item ends as a configuration with a status; what is judged is what is stored."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics import relaxation
from superatom.physics.configuration import Configuration
from superatom.physics.engines import xtb
from superatom.physics.labelling.design import parse_design
from superatom.physics.labelling.items import WorkItem, expand
from superatom.physics.labelling.making import make

MINIMUM, COPY = "lantern/Au4Pd2(SH)8/axial2/m000", "lantern/Au4Pd2(SH)8/axial2/m000/d00"
needs_xtb = pytest.mark.skipif(shutil.which("xtb") is None, reason="the program xtb is not installed")


def items(*relax: str, **more: object) -> dict[str, WorkItem]:
    family = {
        "topology": "lantern",
        "host": "Au",
        "dopants": ["Pd"],
        "placements": ["axial2"],
        "ligands": [{"thiolate": "SH"}],
        "off_equilibrium": {"count": 1, "tier": "B"},
        "relax": list(relax),
        **more,
    }
    return expand(parse_design({"name": "toy", "tier": "A", "seed": 1, "family": [family]}), Path())


def positions(made: Configuration) -> list[list[float]]:
    return made.structure.positions.tolist()


def test_as_assembled_and_its_copy_are_the_same_every_time() -> None:
    found = items()
    made = make(found[MINIMUM], None, Path())
    assert (made.kind, made.geometry, made.status, made.seed) == (
        "assembled", "as assembled", "converged", found[MINIMUM].seed,
    )  # fmt: skip
    assert positions(made) == positions(make(found[MINIMUM], None, Path()))
    stored = Configuration.from_record(made.to_record())
    assert positions(stored) == positions(made)
    copy = make(found[COPY], stored, Path())
    assert (copy.kind, copy.parent, copy.tier, copy.geometry) == (
        "off_equilibrium", MINIMUM, "B", "as assembled > distorted",
    )  # fmt: skip
    assert 0.01 < np.abs(copy.structure.positions - made.structure.positions).max() < 2.0
    assert positions(Configuration.from_record(copy.to_record())) == positions(copy)


def test_a_geometry_without_sense_is_filtered_and_kept() -> None:
    found = items(off_equilibrium={"count": 1, "breathing": 0.9})
    made = make(found[MINIMUM], None, Path())
    copies = [make(replace(found[COPY], seed=seed), made, Path()) for seed in range(8)]
    filtered = [copy for copy in copies if copy.status == "filtered"]
    assert filtered
    assert all(copy.why and copy.structure.n_atoms == made.structure.n_atoms for copy in filtered)


def test_a_failed_relaxation_keeps_the_geometry_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise CalculationError("gfnff: the charges did not converge")

    monkeypatch.setattr(relaxation, "relax", fail)
    made = make(items("gfnff")[MINIMUM], None, Path())
    assert (made.status, made.why, made.structure.n_atoms) == ("failed", "gfnff: the charges did not converge", 22)


def test_a_missing_program_is_no_failure_of_the_geometry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERATOM_XTB", "no-such-program")
    with pytest.raises(MissingEngineError, match="install"):
        make(items("gfnff")[MINIMUM], None, Path())


@pytest.mark.parametrize("item_id", [COPY])
def test_a_child_needs_its_parent(item_id: str) -> None:
    with pytest.raises(ValueError, match="needs its parent"):
        make(items()[item_id], None, Path())


def test_grafts_keep_metals_and_donors_in_place() -> None:
    found = items(graft={"thiolate": "SCH3"}, graft_relax=["gfnff"])
    small = make(found[MINIMUM], None, Path())
    item = replace(found["lantern/Au4Pd2(SCH3)8/axial2/g000"], relax=())
    large = make(item, small, Path())
    assert large.structure.formula == "Au4Pd2C8H24S8"
    assert len(large.fixed) == 14
    donors = [i for i in large.fixed if large.structure.symbols[i] == "S"]
    old = small.structure.positions[[i for i, symbol in enumerate(small.structure.symbols) if symbol == "S"]]
    assert np.allclose(large.structure.positions[donors], old, atol=1e-4)


STUB = """#!/bin/sh
case "$*" in *"--etemp 300"*) touch .sccnotconverged; exit 1;; esac
cp in.xyz xtbopt.xyz
echo ' GEOMETRY OPTIMIZATION CONVERGED AFTER 3 ITERATIONS'
echo '| TOTAL ENERGY   -1.5 Eh |'; echo normal termination of xtb
"""


@pytest.fixture
def needs_warm_electrons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in the place of xtb whose charges converge at 1000 K only, and which moves nothing."""
    program = tmp_path / "xtb"
    program.write_text(STUB, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("SUPERATOM_XTB", str(program))
    monkeypatch.setattr(xtb, "_parameters", lambda _: {})
    monkeypatch.setattr(xtb, "_checked_parameters", lambda _: "")


@pytest.mark.usefixtures("needs_warm_electrons")
def test_a_relaxation_with_warm_electrons_says_so_in_its_record() -> None:
    found = items("gfn1")
    made = make(found[MINIMUM], None, Path())
    assert made.status == "converged"
    assert made.notes == (
        "gfn1 crude: converged in 3 cycles",
        "gfn1 crude: electronic temperature 1000 K, as 300 K failed",
    )
    stored = Configuration.from_record(json.loads(json.dumps(made.to_record())))
    assert stored.notes == made.notes
    assert make(found[COPY], made, Path()).notes == ()  # the copy was not relaxed; its parent says how that one was
    old = {key: value for key, value in made.to_record().items() if key != "notes"}
    assert Configuration.from_record(old).notes == ()


@needs_xtb
def test_a_lantern_relaxes_to_a_sensible_minimum() -> None:
    made = make(items("gfnff")[MINIMUM], None, Path())
    assert (made.status, made.geometry, made.kind) == ("converged", "gfnff crude", "minimum")
    assert made.seconds > 0
