"""Plans as text for a terminal and as one self-contained HTML page; both work from `Plan.to_dict()` alone."""
