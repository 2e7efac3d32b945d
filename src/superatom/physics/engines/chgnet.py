"""CHGNet, a universal graph-network potential fitted to PBE and PBE+U of crystals (doi:10.1038/s42256-023-00716-3).

The weights of model 0.3.0 come inside the package ``chgnet``; nothing is fetched. A cluster is evaluated in a box that
keeps its images out of reach. The model knows no charge and no spin state: a charged or open-shell cluster gets the
energy of its geometry, with a note.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import json
import math
import time
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines.electrons import what_is_not_known
from superatom.physics.level import Evaluation, Level, Setting
from superatom.structures.structure import Structure

NAME = "chgnet"
INSTALL = 'pip install "superatom[chgnet]"'
SETTINGS: Mapping[str, Setting] = {"model": "0.3.0", "vacuum_A": 12.0}


def evaluate(
    structure: Structure, level: Level, *, n_unpaired: int | None = None, timeout_s: float | None = None
) -> Evaluation:
    """Return the energy of one geometry in eV and the sum of its magnetic moments.

    `timeout_s` has no meaning here: the model takes about a second for 100 atoms. Raises `CalculationError` where an
    atom is beyond the model's reach of all others, `MissingEngineError` where the package is not installed.
    """
    del timeout_s
    start = time.perf_counter()
    model = _model(str(level.settings["model"]))
    with _quiet():
        graph = _graph(model, structure, float(level.settings["vacuum_A"]))
        found = model.predict_graph(graph, task="em")
    energy_eV = float(found["e"]) * structure.n_atoms
    if not math.isfinite(energy_eV):
        raise CalculationError(f"CHGNet returned the energy {energy_eV}")
    return Evaluation(
        energy_eV=energy_eV,
        engine=NAME,
        engine_version=version("chgnet"),
        parameters_sha256=_parameters_sha256(
            str(level.settings["model"]), json.dumps(dict(level.settings), sort_keys=True)
        ),
        magnetic_moment=float(np.sum(found["m"])),
        seconds=time.perf_counter() - start,
        notes=what_is_not_known("the model", structure, n_unpaired),
    )


def is_available() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec("chgnet") is not None


def _graph(model: Any, structure: Structure, vacuum_A: float) -> Any:
    from pymatgen.core import Lattice
    from pymatgen.core import Structure as Crystal

    lengths = np.ptp(structure.positions, axis=0) + vacuum_A
    inside = structure.positions - structure.positions.min(axis=0) + vacuum_A / 2
    crystal = Crystal(Lattice.orthorhombic(*lengths), structure.symbols, inside, coords_are_cartesian=True)
    try:
        return model.graph_converter(crystal)
    except ValueError as error:
        if "isolated atom" not in str(error):
            raise
        reach = model.graph_converter.atom_graph_cutoff
        raise CalculationError(
            f"CHGNet cannot judge an atom with no other within {reach:g} Å; {structure.formula} has such an atom"
        ) from error


@cache
def _model(name: str) -> Any:
    """Return the model on one CPU thread: deterministic, and several workers share a machine fairly."""
    if not is_available():
        raise MissingEngineError(f"the package chgnet is not installed; {INSTALL}")
    with _quiet():
        import torch
        from chgnet.model import CHGNet

        torch.set_num_threads(1)
        return CHGNet.load(model_name=name, use_device="cpu", check_cuda_mem=False, verbose=False)


@cache
def _parameters_sha256(name: str, settings: str) -> str:
    """Return the hash of the weights in force and the settings."""
    digest = hashlib.sha256(settings.encode())
    for key, tensor in sorted(_model(name).state_dict().items()):
        digest.update(key.encode() + tensor.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the package's banners and the deprecation warnings of what it imports to ourselves."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
