"""The lab's library of experiments in a database: append-only, SQLite or PostgreSQL, several writers at once.

`open_store` (module `opening`) gives a `Store` (module `store`).
"""
