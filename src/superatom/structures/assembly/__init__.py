"""Sensible 3D structures from a description: kernel, dopant site, ligands by name or SMILES, isomer, seed."""
