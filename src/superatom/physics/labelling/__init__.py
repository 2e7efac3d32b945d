"""The labelling campaign: from a design file to journals of configurations, references and labels."""
