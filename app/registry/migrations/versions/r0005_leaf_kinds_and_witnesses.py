"""The log has leaves of several kinds, and witnesses who cosign its heads."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Say of each leaf what kind it is and what it is about; make the table of witnesses."""
    with op.batch_alter_table("log_leaf") as table:
        table.add_column(sa.Column("kind", sa.String(length=200), nullable=False, server_default="leaf"))
        table.alter_column("packet_sha256", new_column_name="subject_sha256")
    with op.batch_alter_table("log_leaf") as table:
        table.alter_column("kind", server_default=None)
    op.create_table(
        "witness",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("ca_pem", sa.Text(), nullable=False),
        sa.Column("public_key_pem", sa.Text(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("cosigned_size", sa.BigInteger(), nullable=False),
        sa.Column("cosigned_ms", sa.BigInteger(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
