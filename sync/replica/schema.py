"""The replica's tables, as migrations: entry *n* takes a file from `user_version` *n* to *n* + 1. Old ones stay."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE journal (
        sitting TEXT NOT NULL,
        seq     INTEGER NOT NULL,
        kind    TEXT NOT NULL,
        run     TEXT NOT NULL,
        mono_ms INTEGER NOT NULL,
        wall_ms INTEGER NOT NULL,
        body    BLOB NOT NULL,
        prev    TEXT NOT NULL,
        hash    TEXT NOT NULL,
        PRIMARY KEY (sitting, seq)
    ) WITHOUT ROWID;
    CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

    CREATE TABLE outbox (
        sha256      TEXT PRIMARY KEY,
        packet      TEXT NOT NULL UNIQUE,
        sitting     TEXT NOT NULL,
        envelope    BLOB NOT NULL,
        stage       TEXT NOT NULL,
        tries       INTEGER NOT NULL DEFAULT 0,
        next_try_ms INTEGER NOT NULL DEFAULT 0,
        reason      TEXT NOT NULL DEFAULT '',
        receipt     BLOB,
        proof       BLOB,
        queued_ms   INTEGER NOT NULL
    );

    CREATE TABLE document (
        kind    TEXT NOT NULL,
        name    TEXT NOT NULL,
        data    BLOB NOT NULL,
        kept_ms INTEGER NOT NULL,
        PRIMARY KEY (kind, name)
    );
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE pin_failure (
        proctor TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        mono_ms INTEGER NOT NULL,
        wall_ms INTEGER NOT NULL
    );
    CREATE INDEX pin_failure_by_proctor ON pin_failure (proctor);
    """,
    """
    CREATE TABLE chain_end (
        chain    TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL,
        sha256   TEXT NOT NULL,
        seen_ms  INTEGER NOT NULL
    );
    """,
    """
    ALTER TABLE outbox DROP COLUMN next_try_ms;
    ALTER TABLE outbox ADD COLUMN why TEXT NOT NULL DEFAULT 'new';
    ALTER TABLE outbox ADD COLUMN wait_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN tried_boot TEXT NOT NULL DEFAULT '';
    ALTER TABLE outbox ADD COLUMN tried_mono_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN tried_wall_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN carried_ms INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX outbox_by_stage ON outbox (stage, why, queued_ms);
    CREATE TABLE outbox_pause (
        one      INTEGER PRIMARY KEY CHECK (one = 1),
        since_ms INTEGER NOT NULL,
        reason   TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE generation (value INTEGER NOT NULL);
    CREATE TABLE replica_accepted (
        who     TEXT NOT NULL,
        reason  TEXT NOT NULL,
        at_ms   INTEGER NOT NULL,
        found   INTEGER NOT NULL,
        reached INTEGER NOT NULL
    );
    CREATE TRIGGER replica_accepted_stays_update BEFORE UPDATE ON replica_accepted
        BEGIN SELECT RAISE(ABORT, 'what was accepted stays'); END;
    CREATE TRIGGER replica_accepted_stays_delete BEFORE DELETE ON replica_accepted
        BEGIN SELECT RAISE(ABORT, 'what was accepted stays'); END;
    """,
)
