"""Results are corrected: corrections, errata, and the codes that anybody may ask with."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables of corrections, errata and verification codes."""
    op.create_table(
        "correction",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index(op.f("ix_correction_sitting"), "correction", ["sitting"])
    op.create_table(
        "erratum",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(length=200), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["session"], ["planned_session.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_erratum_session"), "erratum", ["session"])
    op.create_table(
        "verification_code",
        sa.Column("code_sha256", sa.String(length=200), nullable=False),
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("code_sha256"),
    )
    op.create_index(op.f("ix_verification_code_sitting"), "verification_code", ["sitting"])
