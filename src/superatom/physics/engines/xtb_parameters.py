"""Where the ``xtb`` program and its parameter files are, and the GFN1 parameters with a bounded third-order term."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from superatom.errors import MissingEngineError

PROGRAM_VARIABLE = "SUPERATOM_XTB"
INSTALL = "apt-get install xtb (Debian, Ubuntu) or conda install -c conda-forge xtb"
CLAMPED = (45, 77, 78)  # Rh, Ir, Pt


def program() -> Path:
    """Return the ``xtb`` program: the one SUPERATOM_XTB names, else the first on the path; `MissingEngineError`."""
    named = os.environ.get(PROGRAM_VARIABLE)
    found = shutil.which(named or "xtb")
    if found is None:
        where = f"{PROGRAM_VARIABLE} names {named!r}, which is no program" if named else "there is no program xtb here"
        raise MissingEngineError(f"{where}; install it: {INSTALL}, or let {PROGRAM_VARIABLE} name another")
    return Path(found)


def parameter_file(name: str) -> Path:
    """Return a parameter file of the installed program (folders of XTBPATH, then share/xtb); `MissingEngineError`."""
    folders = [Path(folder) for folder in os.environ.get("XTBPATH", "").split(":") if folder]
    folders += [program().resolve().parents[1] / "share/xtb", Path("/usr/share/xtb"), Path("/usr/local/share/xtb")]
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    looked = ", ".join(map(str, dict.fromkeys(folders)))
    raise MissingEngineError(f"the xtb parameter file {name} is in none of {looked}; let XTBPATH name its folder")


def clamped(parameters: str, gam3: float) -> str:
    r"""Return the text of a GFN1 parameter file with the third-order term of Rh, Ir and Pt set to `gam3`, in Eh/e^3.

    Raises `MissingEngineError` where the file does not have one such line for each of the three.

    >>> stock = "".join(f"$Z= {z}\n GAM3=    0.900000\n$end\n" for z in (44, 45, 77, 78))
    >>> [line.split()[-1] for line in clamped(stock, 0.03).splitlines() if "GAM3" in line]
    ['0.900000', '0.300000', '0.300000', '0.300000']
    """
    lines, element, done = parameters.split("\n"), 0, []
    for i, line in enumerate(lines):
        if start := re.match(r"\$Z=\s*(\d+)", line):
            element = int(start[1])
        elif line.strip().startswith("GAM3") and element in CLAMPED:
            lines[i] = f" GAM3=    {10 * gam3:.6f}"  # the file holds ten times the value
            done.append(element)
    if tuple(done) != CLAMPED:
        raise MissingEngineError(
            f"the GFN1 parameter file of xtb has GAM3 lines for Z = {done}, not for Z = {list(CLAMPED)}; "
            f"use the file of xtb 6.5"
        )
    return "\n".join(lines)
