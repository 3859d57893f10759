"""What windows take of ours: each by itself, the thin ones together, and no more than a share for an input method."""

from fractions import Fraction

from proctoring.lockdown.stack import Rect, Window, too_many

OWN = Rect(0, 0, 600, 400)
SIXTH = Fraction(1, 6)


def strips(count: int, width: int) -> list[Window]:
    return [Window(at, Rect(width * at, 0, width, 40)) for at in range(count)]


def test_a_window_of_three_pixels_hides_nothing_by_itself_and_one_of_four_does() -> None:
    assert not Window(1, Rect(10, 10, 3, 300)).hides(OWN)
    assert Window(1, Rect(10, 10, 4, 300)).hides(OWN)


def test_thin_windows_are_told_together_once_they_take_more_than_a_share() -> None:
    share = Fraction(1, 500)  # 480 of our pixels: four strips of 120
    assert too_many(strips(4, 3), OWN, share) == ()
    assert len(too_many(strips(5, 3), OWN, share)) == 5


def test_an_input_method_may_cover_a_sixth_and_not_a_pixel_more() -> None:
    sixth, more = Window(1, Rect(0, 0, 100, 400)), Window(2, Rect(300, 0, 1, 1))
    assert too_many([sixth], OWN, SIXTH) == ()
    assert too_many([sixth, more], OWN, SIXTH) == (sixth, more)


def test_what_cannot_be_seen_takes_nothing() -> None:
    unseen = [Window(1, OWN, viewable=False), Window(2, OWN, input_only=True), Window(3, Rect(600, 0, 9, 9))]
    assert too_many(unseen, OWN, Fraction(0)) == ()
