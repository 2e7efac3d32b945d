"""Run the migrations on the connection handed over by `superatom.data.stores.opening`, inside its transaction."""

from alembic import context

from superatom.data.stores.schema import METADATA, REVISION_TABLE


def run() -> None:
    """Take the steps that are missing."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        version_table=REVISION_TABLE,
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name under which alembic runs this file
    run()
