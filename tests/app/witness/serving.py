"""A witness that is served from another thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.witness.cosigning import Witness
from app.witness.home import WitnessHome
from app.witness.serve import WitnessServer


@contextmanager
def running(home: WitnessHome) -> Iterator[str]:
    """Serve a witness; gives its address."""
    listening = threading.Event()
    witness = Witness(home)
    server = WitnessServer(witness, "127.0.0.1", 0, lambda _url: listening.set())
    thread = threading.Thread(target=server.run_here)
    thread.start()
    try:
        assert listening.wait(10)
        yield server.url
    finally:
        server.stop()
        thread.join()
        witness.close()
