"""Who is at the other end of a connection: the device whose certificate was shown, if it is the one it was issued last.

The handshake has ended already with any certificate that is not the registry's own CA's. Dates are judged here, by the
registry's clock.
"""

from typing import Final

from app.registry.models import Device
from app.registry.premises import Premises
from sync.faults import Refused
from sync.trust.certificates import CertificateRefused, read_device_certificate


class CertificateNeeded(Refused):
    """Here only a device's certificate opens."""

    code = "CERTIFICATE_NEEDED"


class CertificateExpired(Refused):
    """The certificate's time is over; a signed request gets a new one."""

    code = "CERTIFICATE_EXPIRED"


class CertificateNotYetValid(Refused):
    """The certificate's time has not begun by the registry's clock."""

    code = "CERTIFICATE_NOT_YET_VALID"


class CertificateReplaced(Refused):
    """The device has been issued another certificate since."""

    code = "CERTIFICATE_REPLACED"


class CertificateOfAnother(Refused):
    """The certificate is one device's, the body another's, or nobody's that is enrolled here."""

    code = "CERTIFICATE_OF_ANOTHER"


class DeviceRevoked(Refused):
    """This device was revoked."""

    code = "DEVICE_REVOKED"


class Guard:
    """Tells which device has shown a certificate."""

    def __init__(self, premises: Premises) -> None:
        self._premises: Final = premises

    def device_of(self, certificate_pem: str | None) -> str:
        """Give the id of the device that may ask.

        Raises:
            CertificateNeeded, CertificateExpired, CertificateNotYetValid: not with this certificate.
            CertificateReplaced, CertificateOfAnother, DeviceRevoked: not this device, or not with this one any more.
        """
        if certificate_pem is None:
            raise CertificateNeeded
        try:
            found = read_device_certificate(certificate_pem, self._premises.authority.certificate_pem)
        except CertificateRefused as fault:
            raise CertificateOfAnother(fault.detail) from None
        now_ms = self._premises.clock()
        if now_ms < found.from_ms:
            raise CertificateNotYetValid
        if now_ms >= found.until_ms:
            raise CertificateExpired
        with self._premises.database.reading() as session:
            device = session.get(Device, found.device)
            if device is None:
                raise CertificateOfAnother("no such device")
            if device.revoked_ms is not None:
                raise DeviceRevoked
            if device.certificate_pem != found.pem:
                raise CertificateReplaced
        return found.device


def must_be_of(peer: str | None, device: str) -> None:
    """Refuse a body of another device than the one whose certificate was shown; `peer` is None where none is.

    Raises:
        CertificateOfAnother.
    """
    if peer is not None and peer != device:
        raise CertificateOfAnother("the body is another device's")
