"""At which settings: levers, evidence, bench sheets, hazards."""
