"""What is known, by whom, under which licence: reference tables, records, sources."""
