import pytest

from app.archive.figures import size_words


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2_000_000_000_000, "2.0 TB"),
        (999_000_000_000, "999.0 GB"),
        (100_000_000, "0.1 GB"),
        (99_900_000, "99.9 MB"),
        (100_000, "0.1 MB"),
        (99_900, "99.9 KB"),
        (0, "0.0 KB"),
    ],
)
def test_a_size_is_said_in_the_unit_that_fits(count: int, said: str) -> None:
    assert size_words(count) == said
