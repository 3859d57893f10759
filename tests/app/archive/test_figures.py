import pytest

from app.archive.figures import size_words


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 KB"),
        (20_971_520, "21.0 MB"),
        (32_000_000_000, "32.0 GB"),
        (4_000_000_000_000, "4.0 TB"),
    ],
)
def test_no_size_is_said_as_nothing_that_is_something(count: int, said: str) -> None:
    assert size_words(count) == said
