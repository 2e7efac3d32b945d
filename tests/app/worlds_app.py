"""A small hand-made plan in the shape of `Plan.to_dict()`, for the renderers; citations are those of the facts used."""

from __future__ import annotations

from typing import Any

KIM = "J. S. Kim et al., Nat. Commun., 2023, 14, 3201"
ZHU = "M. Zhu et al., J. Am. Chem. Soc., 2008, 130, 1138-1139"
LEVERS = ("time", "temperature", "stirring", "metal_to_ligand_ratio", "solvent", "reductant", "ph", "additives")


def lever(recommendation: str, basis: str = "records", strength: str = "moderate", **more: Any) -> dict[str, Any]:
    """One lever's advice, empty but for what is given."""
    empty: dict[str, Any] = {"trend": "", "mechanism": "", "conflicts": [], "screening": None, "records": []}
    return {"recommendation": recommendation, "basis": basis, "strength": strength, **empty, **more}


def conditions() -> dict[str, Any]:
    """All eight levers, in the review's order."""
    known = {
        "time": lever("3 h", strength="strong"),
        "temperature": lever(
            "0 °C", trend="small Au(I) complexes at 0 °C", mechanism="slow exchange keeps one complex size",
            conflicts=["S004 used 25 °C and also gave one product"],
            records=[{"id": "S004", "says": "25 °C", "outcome": "single product", "closeness": "same core",
                      "citation": KIM, "doi": "10.1038/s41467-023-38914-5", "doi_is_read": True}],
        ),
        "metal_to_ligand_ratio": lever("1 : 3"),
        "reductant": lever("NaBH4, 0.04 equiv. per Au at least; 10 equiv. in practice", "stoichiometry", "strong"),
    }  # fmt: skip
    nothing = lever("no record; start between 200 and 600 rpm", "screening", "none", screening=[200, 400, 600])
    return {name: known.get(name, nothing) for name in LEVERS}


def step(number: int, kind: str, reactants: list[Any], products: list[Any], **more: Any) -> dict[str, Any]:
    """One step; species are (coefficient, formula, in stock) triples."""

    def rows(species: list[Any]) -> list[dict[str, Any]]:
        return [{"coefficient": n, "formula": f, "name": "", "in_stock": s} for n, f, s in species]

    def side(species: list[Any]) -> str:
        return " + ".join(f"{n} {f}" if n > 1 else f for n, f, _ in species)

    base = {
        "number": number, "transformation": kind, "title": f"{kind.replace('_', ' ')} to {products[0][1]}",
        "product": products[0][1], "equation": f"{side(reactants)} → {side(products)}",
        "electron_equation": "", "reactants": rows(reactants),
        "products": rows(products), "delta_electrons": 0, "inferred": False, "inferred_from": "",
        "inference_distance": 0.0, "remarks": [], "reductant": "", "conditions": conditions(), "bench_sheet": None,
        "evidence": [{"id": "R045", "what": "HAuCl4 + PET, then NaBH4", "citation": ZHU, "level": "read_in_review",
                      "doi": "10.1021/ja0782448", "url": "https://doi.org/10.1021/ja0782448", "doi_is_read": False,
                      "outcome": "worked"}],
    }  # fmt: skip
    return base | more


def sheet() -> dict[str, Any]:
    """A bench sheet of two lines."""
    return {
        "scale": "10mg of product", "theoretical_yield_mg": 10.0, "expected_yield_mg": None,
        "yield_basis": "no yield is on record",
        "lines": [
            {"reagent": "HAuCl4·3H2O", "role": "metal salt", "molar_mass_g_per_mol": 393.83, "amount_mmol": 0.034,
             "mass_mg": 13.4, "volume_mL": None, "equivalents": 1.0, "basis": "balanced equation"},
            {"reagent": "PET", "role": "ligand", "molar_mass_g_per_mol": 138.23, "amount_mmol": 0.10,
             "mass_mg": 14.1, "volume_mL": 0.0138, "equivalents": 3.0, "basis": "ratio from records"},
        ],
        "order_of_addition": ["dissolve the gold salt", "cool to 0 °C", "add the thiol, stir until colourless"],
        "hazards": [{"reagent": "NaBH4", "danger": "gives hydrogen with water or acid", "do": "vent, no flames",
                     "source": "CLP Regulation (EC) 1272/2008"}],
        "remarks": ["counter-ion left out of the mass"],
    }  # fmt: skip


def plan(structure: dict[str, Any] | None = None) -> dict[str, Any]:
    """The plan for [Au25(PET)18]- with two routes."""
    salt, thiol, complex_ = (1, "HAuCl4", True), (3, "PET-H", True), (1, "Au(PET)", False)
    make = step(1, "complexation", [salt, thiol], [complex_, (1, "PET-PET", False), (4, "HCl", False)],
                bench_sheet=sheet())  # fmt: skip
    reduce_ = step(
        2, "reduction_growth", [(32, "Au(PET)", False), (1, "NaBH4", True), (8, "OH-", True)],
        [(1, "[Au25(PET)18]-", False), (7, "[Au(PET)2]-", False), (1, "B(OH)4-", False), (4, "H2O", False)],
        electron_equation="32 Au(PET) + 8 e- → [Au25(PET)18]- + 7 [Au(PET)2]-", delta_electrons=8, reductant="NaBH4",
    )  # fmt: skip
    exchange = step(
        2, "ligand_exchange", [(1, "[Au25(SC6H13)18]-", True), (18, "PET-H", True)],
        [(1, "[Au25(PET)18]-", False), (18, "SC6H13-H", False)], inferred=True, inference_distance=1.5,
        inferred_from="R101: exchange of thiolates on Au25", remarks=["the last ligands exchange slowly"],
    )  # fmt: skip
    terms = {"steps": 1.0, "evidence": 0.25}
    routes = [
        {"rank": 1, "cost": 1.25, "cost_terms": terms, "remarks": [], "steps": [make, reduce_]},
        {"rank": 2, "cost": 2.75, "cost_terms": terms | {"inference": 1.5}, "remarks": ["needs the hexyl cluster"],
         "steps": [exchange | {"number": 1}]},
    ]  # fmt: skip
    experiment = {"experiment": 1, "route": 1, "step": 2, "temperature_C": 0, "reductant": "NaBH4", "reason": "centre"}
    return {
        "superatom": "0.1.0", "target": target(structure), "routes": routes, "no_route": None,
        "first_experiments": [experiment, experiment | {"experiment": 2, "temperature_C": 25, "reason": "=warmer"}],
        "what_can_go_wrong": [{"what": "a mixture of sizes", "why": "complexes of many sizes",
                               "source": {"citation": KIM, "doi": ""}}],
        "warnings": ["counter-ion not chosen: tetraoctylammonium is usual"],
    }  # fmt: skip


def target(structure: dict[str, Any] | None) -> dict[str, Any]:
    """The target card."""
    return {
        "formula": "[Au25(PET)18]-", "input": "[Au25(SC2H4Ph)18]-", "metals": {"Au": 25}, "ligands": {"PET": 18},
        "ligand_details": [{
            "name": "PET", "full_name": "2-phenylethanethiol", "ligand_class": "thiolate", "bond_type": "X",
            "electrons_withdrawn": 1, "smiles_free": "SCCc1ccccc1", "smiles_bound": "[S]CCc1ccccc1", "count": 18,
            "log_p": {"value": 2.87, "method": "XLOGP3", "is_fallback": False},
        }],
        "charge": -1, "charge_is_stated": True, "molar_mass_g_per_mol": 7394.2, "valence_electrons": 8,
        "shell_closed": True, "accessibility_index": -0.14, "mixing": [], "structure": structure, "remarks": [],
        "shell": {"label": "1S2 1P6", "lower": 8, "upper": 8, "charge_to_lower": -1, "charge_to_upper": -1,
                  "remark": "closed shell of the spherical superatom model"},
        "accessibility": {"phi": -0.14, "d_reduced": 1.0, "chi_env": -0.14, "delta_radius_A": 0.0,
                          "distance_A": 2.88, "substrate": "all ligand",
                          "distance_is_assumed": True, "favourable": True, "remarks": []},
        "known": [{"id": "C002", "name": "Au25(PET)18 anion", "formula": "[Au25(PET)18]-", "status": "synthesised",
                   "kernel": "Au13 icosahedron", "surface_motifs": "6 dimeric staples", "citation": ZHU,
                   "doi": "10.1021/ja0782448", "doi_is_read": False, "level": "read_in_review",
                   "properties": {"absorption_peaks_nm": "680"}}],
        "relatives": [{"formula": "[Au25(SC6H13)18]-", "reason": "same core, other thiolate", "similarity": 0.9,
                       "valence_electrons": 8, "citation": "Z. Wu et al., Nano Lett., 2010, 10, 2568-2573", "doi": ""}],
    }  # fmt: skip


def kernel_structure() -> dict[str, Any]:
    """An idealised kernel as the plan's structure entry."""
    from superatom.structures.kernels import ideal_kernel

    kernel = ideal_kernel("Au13 icosahedron")
    return {"xyz": kernel.to_xyz(), "source": kernel.remark, "is_idealised": True, "name": kernel.name}
