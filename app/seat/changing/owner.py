"""Working below a seat's folder as the user whose folder it is, although an administrator typed the command.

What root writes there belongs to root, and the seat could not use it any more; what root reads there by a name could
be led elsewhere by a link. So an administrator's command is that user for as long as it has business there.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def as_owner(folder: Path) -> Iterator[None]:
    """Be the user `folder` belongs to meanwhile; nothing changes for anybody but root, or without the folder.

    The whole process changes: no other thread may be at work.
    """
    try:
        there = folder.stat(follow_symlinks=False)
    except OSError:
        there = None
    if os.geteuid() != 0 or there is None or there.st_uid == 0:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(there.st_gid)
    os.seteuid(there.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
