"""The registry's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("seat_label", sa.String(length=200), nullable=False),
        sa.Column("keyid", sa.String(length=200), nullable=False),
        sa.Column("public_key_pem", sa.Text(), nullable=False),
        sa.Column("sealing_key", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.Column("enrolled_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("keyid"),
    )
    op.create_table(
        "log_leaf",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.String(length=200), nullable=False),
        sa.Column("packet_sha256", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position"),
    )
    op.create_table(
        "package",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("bank", sa.String(length=200), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("bank", "version"),
        sa.UniqueConstraint("target"),
    )
    op.create_table(
        "proctor",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("keyid", sa.String(length=200), nullable=False),
        sa.Column("public_key_pem", sa.Text(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("keyid"),
    )
    op.create_table(
        "published_document",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "invited",
        sa.Column("token_sha256", sa.String(length=200), nullable=False),
        sa.Column("seat_label", sa.String(length=200), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_table(
        "planned_session",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("package", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("plan_sha256", sa.String(length=200), nullable=False),
        sa.Column("opens_ms", sa.BigInteger(), nullable=False),
        sa.Column("release_share", sa.LargeBinary(), nullable=False),
        sa.Column("released_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["package"],
            ["package.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("plan_sha256"),
    )
    op.create_table(
        "seen_request",
        sa.Column("nonce", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_table(
        "packet",
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("packet", sa.String(length=200), nullable=False),
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.Column("session", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["session"],
            ["planned_session.id"],
        ),
        sa.PrimaryKeyConstraint("sha256"),
        sa.UniqueConstraint("leaf"),
        sa.UniqueConstraint("packet"),
        sa.UniqueConstraint("sitting"),
    )
    op.create_index(op.f("ix_packet_session"), "packet", ["session"], unique=False)
    op.create_table(
        "release_entry",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["session"],
            ["planned_session.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_release_entry_session"), "release_entry", ["session"], unique=False)
    op.create_table(
        "seat",
        sa.Column("session", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["session"],
            ["planned_session.id"],
        ),
        sa.PrimaryKeyConstraint("session", "device"),
    )
    op.create_index(op.f("ix_seat_device"), "seat", ["device"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("packet", sa.String(length=200), nullable=False),
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.Column("first_sha256", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_sha256"],
            ["packet.sha256"],
        ),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "scored_result",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("packet_sha256", sa.String(length=200), nullable=False),
        sa.Column("sitting", sa.String(length=200), nullable=False),
        sa.Column("score_milli", sa.BigInteger(), nullable=False),
        sa.Column("max_milli", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("scorer", sa.String(length=200), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_sha256"],
            ["packet.sha256"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_scored_result_packet_sha256"), "scored_result", ["packet_sha256"], unique=False)
    op.create_index(op.f("ix_scored_result_sitting"), "scored_result", ["sitting"], unique=False)
