"""Who is on duty at this seat now, with the keys that countersign. In memory only: after a restart, nobody."""

from app.seat.sign_in import Proctor, SameCredential, counted_in


class Duty:
    """The proctors whose PINs were given since the program started, and who were not relieved since."""

    def __init__(self, proctors: tuple[Proctor, ...] = ()) -> None:
        self.proctors = proctors

    @property
    def keyids(self) -> tuple[str, ...]:
        """Their keys' ids, as events name them."""
        return tuple(proctor.key.public.keyid for proctor in self.proctors)

    def join(self, proctor: Proctor) -> None:
        """Count one more; somebody who is on duty already changes nothing."""
        try:
            self.proctors = counted_in(self.proctors, proctor)
        except SameCredential:
            return

    def relieve(self, keyid: str, proctor: Proctor) -> None:
        """Let `proctor` take the place of the one with the key `keyid`."""
        self.proctors = tuple(one for one in self.proctors if one.key.public.keyid != keyid)
        self.join(proctor)
