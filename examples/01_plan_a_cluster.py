"""Plan a synthesis, look at the best route, and keep the first experiments."""

import superatom as sa

plan = sa.plan("Au36(TBBT)24", stock="bench", routes=2)

print(plan.target.formula, plan.target.valence_electrons, "valence electrons")
for planned in plan.routes[0].steps:
    step = planned.step
    print(f"{step.transformation.words}: {step.equation}")
    print("   inferred from " + step.support.inferred_from if step.support.is_inferred else "   reported")
    print("   temperature:", planned.settings["temperature"].recommendation)

for experiment in plan.first_experiments[:3]:
    print(experiment.number, experiment.reason)
