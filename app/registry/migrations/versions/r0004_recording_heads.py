"""Signed heads of recordings that left their seats: the newest of each, and those that contradict."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "recording_head",
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("recording", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index(op.f("ix_recording_head_recording"), "recording_head", ["recording"], unique=False)
