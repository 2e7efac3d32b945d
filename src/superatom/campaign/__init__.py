"""Doing it, and remembering: the plan that joins routes and conditions."""
