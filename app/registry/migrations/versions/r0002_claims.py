"""Which device a sitting is at, and the record of those that were moved."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "claim",
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.Column("session", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("claimed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["session"], ["planned_session.id"]),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("sitting"),
    )
    op.create_index(op.f("ix_claim_session"), "claim", ["session"], unique=False)
    op.create_table(
        "claim_move",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.Column("from_device", sa.String(length=200), nullable=False),
        sa.Column("to_device", sa.String(length=200), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sitting"], ["claim.sitting"]),
        sa.ForeignKeyConstraint(["from_device"], ["device.id"]),
        sa.ForeignKeyConstraint(["to_device"], ["device.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_claim_move_sitting"), "claim_move", ["sitting"], unique=False)
