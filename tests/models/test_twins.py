from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="twins need scikit-learn")

from superatom.errors import ModelError, ReferenceDataError, UnknownNameError
from superatom.models.outcome.examples import Example
from superatom.models.outcome.proposals import Axis
from superatom.models.twins import Measurements, fit_twin, phase_diagram, read_measurements, twin_kind


def sizes(n: int = 60, noise: float = 0.1) -> Measurements:
    """Return sizes that grow with temperature and shrink with the ligand ratio."""
    drawn = np.random.default_rng(0)
    t, r = drawn.uniform(0, 100, n), drawn.uniform(1, 5, n)
    y = 2 + t / 25 - 0.5 * r + noise * drawn.normal(size=n)
    examples = tuple(
        Example(str(i), None, settings={"t_C": float(a), "ratio": float(b)}, series=str(i))
        for i, (a, b) in enumerate(zip(t, r, strict=True))
    )
    return Measurements(examples, y, "size_nm")


@pytest.mark.parametrize("kind", ["gp", "boosting"])
def test_a_twin_learns_and_knows_how_well(kind: str) -> None:
    twin = fit_twin(sizes(), kind, n_members=3)  # type: ignore[arg-type]
    assert twin.score.r2 > 0.8
    assert twin.score.coverage == pytest.approx(0.68, abs=0.2)
    inside, outside = twin.predict(
        [
            Example("a", None, settings={"t_C": 50.0, "ratio": 3.0}),
            Example("b", None, settings={"t_C": 900.0, "ratio": 3.0}),
        ]
    )
    assert inside.mean == pytest.approx(2.5, abs=0.5)
    assert inside.in_domain
    assert not outside.in_domain
    assert twin.predict([]) == []


def test_a_process_is_less_sure_far_away() -> None:
    twin = fit_twin(sizes(), "gp", n_members=2)
    near, far = twin.predict(
        [Example(n, None, settings={"t_C": t, "ratio": 3.0}) for n, t in (("a", 50.0), ("b", 400.0))]
    )
    assert far.spread > near.spread


def test_a_phase_diagram_names_regions(tmp_path: Path) -> None:
    twin = fit_twin(sizes(), "gp", n_members=2)
    axes = (Axis("t_C", 0, 100, 9), Axis("ratio", 1, 5, 5))
    made = phase_diagram(twin, axes, [1.5, 3.0])
    assert made.region[0, -1] == 0
    assert made.region[-1, 0] == 2
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    assert made.draw(tmp_path / "phases.png").stat().st_size > 2000
    with pytest.raises(ModelError, match="must rise"):
        phase_diagram(twin, axes, [3.0, 1.5])
    with pytest.raises(ModelError, match="'ph' is no setting of this twin"):
        phase_diagram(twin, (Axis("ph", 0, 1, 2), axes[1]), [1.0])


def test_replicates_stay_together(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("flow,name,loss\n" + "".join(f"{i // 3},run{i},{i / 10}\n" for i in range(30)))
    read = read_measurements(path, "loss")
    assert read.examples[0].settings == {"flow": 0.0}  # the name is no setting
    assert len({e.series for e in read.examples}) == 10
    with pytest.raises(ModelError, match="no column 'yield'; it has: flow, name, loss"):
        read_measurements(path, "yield")


def test_a_table_is_read_or_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(f"{i},{i / 2},{i}\n" for i in range(20))
    path.write_text("flow,size_nm,yield\n" + rows)
    read = read_measurements(path, "size_nm")
    assert {tuple(e.settings) for e in read.examples} == {("flow",)}  # a yield is no setting
    path.write_text("flow,loss\n" + "".join(f"{i},{i}\n" for i in range(20)) + "?!,3\n")
    with pytest.raises(ReferenceDataError, match="row 22, column 'flow'"):  # one bad cell does not drop the column
        read_measurements(path, "loss")
    path.write_text("flow,loss\n" + "".join(f"{i},3\n" for i in range(20)))
    with pytest.raises(ModelError, match="loss is 3 in every row"):
        read_measurements(path, "loss")
    path.write_text("flow,loss\n1,good\n2,bad\n")
    with pytest.raises(ModelError, match="the column 'loss' holds no numbers; those that do: flow"):
        read_measurements(path, "loss")


def test_too_little_is_refused() -> None:
    few = sizes(8)
    with pytest.raises(ModelError, match="at least ten"):
        fit_twin(few)
    with pytest.raises(UnknownNameError, match="legal: boosting, gp"):
        twin_kind("svm")
