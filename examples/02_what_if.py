"""Ask around a cluster: charge, dopant, another ligand, relatives; no plan needed."""

import superatom as sa
from superatom.structures.ligands import ligand_table

au25 = sa.Nanocluster.parse("[Au25(PET)18]-")
pet, cysteamine = au25.ligands[0][0], ligand_table().find("cysteamine")

print(au25.with_charge(0).valence_electrons, "electrons when oxidised")
print(au25.with_ligand(pet, cysteamine).formula, "has another shell")
print(sa.Nanocluster.parse("PdAu24(PET)18").shell.remark)

for relative in sa.library.relatives(au25, n=4):
    print(f"{relative.cluster.formula:24s} {relative.similarity:.2f}  {relative.reason}")

phi = sa.accessibility_index("Au4Ru2(PET)8(PPh3)2", distance_A=3.5)
print(f"accessibility index {phi.phi:.2f}, favourable: {phi.favourable}")
