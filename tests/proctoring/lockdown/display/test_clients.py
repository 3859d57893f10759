"""Whose client is whose, with a made-up /proc."""

from pathlib import Path

from proctoring.lockdown.clients import Allow, Standing, standing_of


def process(proc: Path, pid: int, parent: int, program: Path | None) -> None:
    (proc / str(pid)).mkdir(parents=True)
    (proc / str(pid) / "stat").write_text(f"{pid} (a) b) {parent}) S {parent} 1 1")
    if program is not None:
        (proc / str(pid) / "exe").symlink_to(program)


def test_descendants_are_ours_and_an_ancestor_is_not(tmp_path: Path) -> None:
    python = Path("/usr/bin/python3")
    for pid, parent in ((50, 1), (60, 50), (70, 60), (80, 50)):
        process(tmp_path, pid, parent, python)
    allow = Allow(family=60)
    found = {pid: standing_of(tmp_path, allow, pid, str(python)) for pid in (50, 60, 70, 80)}
    assert found == {
        50: Standing.FOREIGN,
        60: Standing.ALLOWED,
        70: Standing.ALLOWED,
        80: Standing.FOREIGN,
    }


def test_a_program_is_allowed_by_path_only_while_root_alone_may_write_it(tmp_path: Path) -> None:
    program = tmp_path / "candidates"
    program.write_bytes(b"")
    program.chmod(0o755)
    process(tmp_path, 50, 1, program)
    allow = Allow(family=2**30, programs=frozenset({str(program)}))
    genuine = Standing.ALLOWED if program.stat().st_uid == 0 else Standing.FOREIGN
    assert standing_of(tmp_path, allow, 50, str(program)) is genuine
    program.chmod(0o777)
    assert standing_of(tmp_path, allow, 50, str(program)) is Standing.FOREIGN


def test_a_path_that_only_looks_like_an_allowed_program_is_foreign(tmp_path: Path) -> None:
    """As in a mount namespace of its own: the kernel shows the listed path, and another file runs."""
    other = tmp_path / "other"
    other.write_bytes(b"")
    process(tmp_path, 50, 1, other)
    allow = Allow(family=2**30, programs=frozenset({"/usr/bin/env"}))
    assert standing_of(tmp_path, allow, 50, "/usr/bin/env") is Standing.FOREIGN


def test_a_client_without_a_process_or_a_readable_program_cannot_be_told(tmp_path: Path) -> None:
    process(tmp_path, 50, 1, None)
    allow = Allow(family=2**30)
    assert standing_of(tmp_path, allow, None, None) is Standing.UNTOLD
    assert standing_of(tmp_path, allow, 50, None) is Standing.UNTOLD


def test_looking_for_an_ancestor_ends_also_where_parents_go_round(tmp_path: Path) -> None:
    process(tmp_path, 50, 51, None)
    process(tmp_path, 51, 50, None)
    (tmp_path / "52").mkdir()
    (tmp_path / "52" / "stat").write_bytes(b"52 (x")
    for pid in (50, 52):
        assert standing_of(tmp_path, Allow(family=2**30), pid, "/bin/x") is Standing.FOREIGN
