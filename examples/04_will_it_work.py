"""Ask how likely a synthesis is to work, from the cited recipes alone; needs superatom[outcome]."""

import superatom as sa
from superatom.errors import MissingEngineError
from superatom.models.outcome.examples import cited_examples, proposal

try:
    model = sa.fit_outcome_model(cited_examples(), "logistic", data="cited recipes")
    for degrees in (0, 25, 80):
        settings = {
            "temperature_C": degrees,
            "metal_mM": 10.0,
            "ligand_to_metal": 3.0,
            "reductant_to_metal": 10.0,
        }
        recipe = proposal(["PET"], ["THF"], "NaBH4", settings)
        [p] = model.predict([recipe])
        print(f"{degrees:3d} °C: {p}")
    print(model.model_id, "learnt from", len(model.examples), "recipes")
except MissingEngineError as missing:
    print(missing)
