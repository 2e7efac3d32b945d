"""The closed loop: a campaign suggests flasks, takes back what came of them, and remembers in the library."""
