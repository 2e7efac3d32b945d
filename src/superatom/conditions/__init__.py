"""At which settings: levers, evidence, bench sheets, hazards, first experiments.

`recommend` advises on the eight levers of a planned step, `bench_sheet` turns the advice into amounts, and
`first_experiments` into a small first design. Import them from their modules.
"""
