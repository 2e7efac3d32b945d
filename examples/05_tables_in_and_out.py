"""Take a lab's dirty table into a library, see what is wrong with it, and get it out again."""

import tempfile
from pathlib import Path

import superatom as sa
from superatom.data.sheets.importing import carry_out

TABLE = """\
Target;Ligand;c(Au) [mmol/L];T / K;time (min);M:L ratio;Solvents;Yield %;Outcome;Mood
[Au25(PET)18]-;PET;20;273;30;1:6;THF / MeOH;45,5;monodisperse;good
[Au25(PET)18]-;PET;0,02 M;298;<60;1:3;THF;N/A;mixture;
[Au25(PET)18]-;PET;20;298;overnight;1:6;THF;120;mixture;bad
"""

with tempfile.TemporaryDirectory() as folder, sa.open_store(f"{folder}/lab.sqlite", author="ada") as store:
    table = Path(folder, "plate.csv")
    table.write_text(TABLE, encoding="utf-8")

    plan = sa.plan_import(table, store)
    for match in plan.matches:
        print(f"{match.header:16s} {match.column.header if match.column else '-':24s} {match.sureness}")
    for problem in plan.all_problems:
        print("error:" if problem.is_error else "warning:", problem)

    for stored in carry_out(plan, store, keep_good=True):  # without keep_good: all rows or none
        conditions = stored.record.conditions
        print(stored.id, conditions.temperature_C, "|", conditions.metal_concentration_mM, "|", conditions.time_h)

    sa.write_records(f"{folder}/lab.xlsx", store.iterate())
    print(sa.plan_import(f"{folder}/lab.xlsx", store).counts)
