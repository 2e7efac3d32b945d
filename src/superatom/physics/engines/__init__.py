"""One file per engine; each has one verb, `evaluate` (and `relax` where it optimises). Imported on use."""
