"""What nature charges for a cluster: levels of theory, engines, labels, formation energy, labelling campaigns."""
