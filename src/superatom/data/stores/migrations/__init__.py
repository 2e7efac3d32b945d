"""Makes and upgrades the tables of a library: one file a step in `versions`, run on opening by `superatom`."""
