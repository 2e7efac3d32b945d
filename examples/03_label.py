"""Label a small design with a calculator of your own: ASE's EMT stands here for the VASP, CP2K or ORCA of a group."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ase.calculators.emt import EMT

import superatom as sa
from superatom.physics.configuration import Configuration
from superatom.physics.labelling.campaign import run_campaign

# what a group installs once, as a package of its own: a module, and an entry point in its pyproject.toml
MODULE = """
from ase.calculators.emt import EMT

def our_dft(atoms):
    atoms.center(vacuum=7.5)
    return EMT()  # such as Vasp(xc="PBE", net_charge=atoms.info["charge"], ...)
"""
ENTRY_POINTS = "[superatom.calculators]\nour-dft = our_group:our_dft\n"

KERNEL = "4\n\nAu 0 0 0\nAu 2.7 0 0\nAu 1.35 2.338 0\nAu 1.35 0.779 2.2\n"
DESIGN = """
name = "tetramers"
tier = "A"
seed = 1
relax = []
[[family]]
topology = "file:tetramer.xyz"
host = "Au"
dopants = ["Cu", "Pd", ""]
placements = ["site4"]
[family.off_equilibrium]
count = 2
[levels.our-dft]
timeout_s = 600
"""


def install(folder: Path) -> None:
    """Do what pip does with a package: put the module and its entry points where Python looks."""
    (folder / "our_group-1.0.dist-info").mkdir()
    (folder / "our_group-1.0.dist-info" / "METADATA").write_text("Name: our-group\nVersion: 1.0\n")
    (folder / "our_group-1.0.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    (folder / "our_group.py").write_text(MODULE)
    sys.path.insert(0, str(folder))


def main() -> None:
    """Label nine tetramers."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        install(folder)
        (folder / "tetramer.xyz").write_text(KERNEL)
        (folder / "design.toml").write_text(DESIGN)

        # superatom label design.toml --out run --level our-dft --workers 1
        summary = run_campaign(folder / "design.toml", folder / "run", level="our-dft", workers=1)
        print(summary.labels, "left:", summary.n_left)

        for line in (folder / "run" / "labels-our-dft.jsonl").read_text().splitlines()[:3]:
            record = json.loads(line)
            print(f"{record['id']:38s} {record['status']} {record['energy_eV']:8.3f} eV, engine {record['engine']}")

        # the same without a package, one geometry at a time: any ASE calculator will do
        first = (folder / "run" / "configurations.jsonl").read_text().splitlines()[0]
        print(sa.label(Configuration.from_record(json.loads(first)), EMT()).energy_eV, "eV by an instance")


if __name__ == "__main__":  # the workers import this file
    main()
