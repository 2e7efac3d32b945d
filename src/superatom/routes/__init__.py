"""How to get there: transformations, balanced steps, stock, search."""
