"""Heads of journals beside those of recordings, doubts about packets, releases that stand in the log."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One table for heads of both kinds; a device's highest generation; a release's place in the log."""
    op.add_column("device", sa.Column("generation", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("release_entry", sa.Column("leaf", sa.BigInteger(), nullable=True))
    op.create_table(
        "head",
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index(op.f("ix_head_subject"), "head", ["subject"], unique=False)
    op.execute(
        "INSERT INTO head SELECT sha256, 'recording', recording, device, sequence, envelope, received_ms"
        " FROM recording_head"
    )
    op.drop_table("recording_head")
    op.create_table(
        "packet_doubt",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("packet_sha256", sa.String(length=200), nullable=False),
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("noticed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_packet_doubt_packet_sha256"), "packet_doubt", ["packet_sha256"], unique=False)
