"""What a cluster is: formula, ligands, electrons, geometry, partition, motifs."""
