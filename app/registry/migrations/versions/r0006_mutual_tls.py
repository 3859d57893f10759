"""Devices count their requests and change their keys; keys that were replaced, and identities that two PCs had."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Give devices a count and keys a history; requests that were seen are known by device and figure from now on."""
    for table in ("device", "proctor"):
        op.add_column(table, sa.Column("key_from_ms", sa.BigInteger(), nullable=False, server_default="0"))
        op.execute(f"UPDATE {table} SET key_from_ms = enrolled_ms")  # noqa: S608 - two names from above
    op.add_column("device", sa.Column("rotation_asked_ms", sa.BigInteger(), nullable=True))
    op.add_column("device", sa.Column("counter", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("device", sa.Column("may_go_on", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_table("seen_request")
    op.create_table(
        "seen_request",
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("device", "counter"),
    )
    op.create_table(
        "former_key",
        sa.Column("keyid", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("public_key_pem", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("keyid"),
    )
    op.create_index(op.f("ix_former_key_holder"), "former_key", ["holder"], unique=False)
    op.create_table(
        "device_twin",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("first_nonce", sa.String(length=200), nullable=False),
        sa.Column("other_nonce", sa.String(length=200), nullable=False),
        sa.Column("noticed_ms", sa.BigInteger(), nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_device_twin_device"), "device_twin", ["device"], unique=False)
