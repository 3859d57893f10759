"""The logbook of a program: JSON lines in a file of its own, bounded in size, without personal data or item text.

Only events with ids, codes and figures are written. What was said to a person is in the journal, not here.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

from sync.replica.durable import private_folder

MOST_BYTES = 2_000_000
OLD_FILES = 4


def open_logbook(folder: Path, program: str) -> None:
    """Let everything this process logs go to `folder/<program>.log` (0600), in JSON, times in UTC.

    Raises:
        DiskFull, DiskFault: the folder cannot be made.
    """
    file = private_folder(folder) / f"{program}.log"
    file.touch(mode=0o600)
    handler = RotatingFileHandler(file, maxBytes=MOST_BYTES, backupCount=OLD_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
