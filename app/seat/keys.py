"""Whether a seat has its own keys: without them nothing can be signed, opened or sent, however well all else is."""

from app.seat.workplace import Workplace
from sync.faults import EnvironmentFault
from sync.trust.certificates import CertificateRefused, check_device_certificate


class KeysExchanged(EnvironmentFault):
    """A key here is good, but it is not the one that this seat was enrolled with."""

    code = "KEYS_EXCHANGED"


def keys_fault(workplace: Workplace) -> EnvironmentFault | None:
    """Give what is wrong with the seat's keys, if anything: unreadable, in a token that is not there, another's."""
    try:
        require_keys(workplace)
    except EnvironmentFault as fault:
        return fault
    return None


def require_keys(workplace: Workplace) -> None:
    """See whether all keys can be used and are this seat's, as far as that can be told without the registry.

    Raises:
        KeyStoreUnreadable, KeyStoreLocked, KeyStoreOtherMachine, TokenFault: a key cannot be used.
        KeysExchanged: the device's or the certificate's key is another's.
    """
    keystore, enrolment = workplace.keystore, workplace.enrolment
    keystore.sealing_key()
    if keystore.device_key().public.keyid not in workplace.trust.keyids_of(enrolment.device):
        raise KeysExchanged("the device key is not in the directory")
    try:
        key = keystore.tls_key().public
        check_device_certificate(enrolment.certificate_pem, enrolment.ca_pem, key, enrolment.device)
    except CertificateRefused as refused:
        raise KeysExchanged(f"the certificate: {refused.detail}") from None
