"""A simulated network camera: answers RTSP on loopback and sends RTP inside it; ffmpeg makes the packets.

RFC 2326, as far as a client that wants its packets interleaved with the answers needs it.
"""

import selectors
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from typing import BinaryIO

PITCH_HZ = 700


@dataclass
class SimulatedNetworkCamera:
    """A test picture in VP8 at 15 pictures a second, a tone of 700 Hz in G.711 at 8 kHz, and one client at a time."""

    played: int = 0
    _closed: threading.Event = field(default_factory=threading.Event)
    _client: socket.socket | None = None
    _playing: bool = False

    def __post_init__(self) -> None:
        self._rtp = [_udp(), _udp()]
        self._ffmpeg = subprocess.Popen(self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._answer, self._relay)]
        for thread in self._threads:
            thread.start()

    @property
    def address(self) -> str:
        """Where the camera is, with a password that no recording may show."""
        return f"rtsp://admin:secret@127.0.0.1:{self._server.getsockname()[1]}/room/1?token=hidden"

    def cut(self) -> None:
        """Break the connection, as a pulled cable does."""
        self._playing = False
        if self._client is not None:
            self._client.shutdown(socket.SHUT_RDWR)

    def hang(self) -> None:
        """Send nothing more, and leave the connection as it is."""
        self._playing = False

    def close(self) -> None:
        self._closed.set()
        self._ffmpeg.kill()
        self._ffmpeg.wait()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        if self._client is not None:
            self._client.close()
        for thread in self._threads:
            thread.join(2)
        for receiver in self._rtp:
            receiver.close()

    def _command(self) -> list[str]:
        picture, sound = (receiver.getsockname()[1] for receiver in self._rtp)
        made = ["-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=15"]
        made += ["-re", "-f", "lavfi", "-i", f"sine=frequency={PITCH_HZ}:sample_rate=8000"]
        vp8 = ["-map", "0:v", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "16", "-g", "8", "-b:v", "300k"]
        vp8 += ["-pix_fmt", "yuv420p", "-threads", "1", "-f", "rtp", f"rtp://127.0.0.1:{picture}"]
        g711 = ["-map", "1:a", "-c:a", "pcm_mulaw", "-ac", "1", "-f", "rtp", f"rtp://127.0.0.1:{sound}"]
        return ["ffmpeg", "-nostdin", "-loglevel", "error", *made, *vp8, *g711]

    def _answer(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._client = client
            with client, client.makefile("rb") as asked:
                try:
                    while request := _request(asked):
                        client.sendall(self._reply(*request))
                        if request[0] == "PLAY":
                            self._playing = True
                            self.played += 1
                except OSError:
                    pass
                finally:
                    self._playing = False

    def _reply(self, method: str, where: str, number: str) -> bytes:
        lines, body = ["RTSP/1.0 200 OK", f"CSeq: {number}", "Session: 1"], ""
        if method == "OPTIONS":
            lines.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
        elif method == "DESCRIBE":
            body = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=simulated\r\nt=0 0\r\n"
            body += "m=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=control:track0\r\n"
            body += "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=control:track1\r\n"
            lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            channel = 2 if where.endswith("track1") else 0
            lines.append(f"Transport: RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def _relay(self) -> None:
        with selectors.DefaultSelector() as ready:
            for channel, receiver in enumerate(self._rtp):
                ready.register(receiver, selectors.EVENT_READ, 2 * channel)
            while not self._closed.is_set():
                for key, _ in ready.select(0.2):
                    packet = self._rtp[key.data // 2].recv(65_535)
                    client = self._client
                    if self._playing and client is not None:
                        try:
                            client.sendall(b"$" + bytes([key.data]) + len(packet).to_bytes(2, "big") + packet)
                        except OSError:
                            self._playing = False


def _udp() -> socket.socket:
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    return receiver


def _request(asked: BinaryIO) -> tuple[str, str, str] | None:
    """Read one request: method, address, CSeq; None at the end. What a client sends of RTCP is passed over."""
    line = b""
    while not line.strip():
        first = asked.read(1)
        if first == b"$":
            head = asked.read(3)
            asked.read(int.from_bytes(head[1:], "big"))
            continue
        line = first + asked.readline()
        if not first:
            return None
    method, where, _ = line.decode().split()
    number = "0"
    while header := asked.readline().decode().strip():
        name, _, value = header.partition(":")
        if name.lower() == "cseq":
            number = value.strip()
    return method, where, number
