"""Alembic runs this file for every upgrade and downgrade; the connection is handed over with its transaction open.

All steps are one transaction, on both databases: what fails half way leaves the tables as they were.
"""

from alembic import context

from tradewright.adapters.database.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
