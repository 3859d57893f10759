"""Publishing a package: checked as a seat would check it, its keys kept, its bytes a TUF target."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.content.packing.package import SealedPackage
from app.registry.keyroom import PackageSecrets
from app.registry.models import Package
from app.registry.premises import Premises
from sync.faults import Refused
from sync.wire.plan import PackageRef


class PackageNotNewer(Refused):
    """A package of this bank with this version or a later one is published already. Fact: `published`."""

    code = "PACKAGE_NOT_NEWER"


def publish(premises: Premises, package: bytes, secrets: PackageSecrets) -> PackageRef:
    """Publish a sealed package. Publishing the same bytes again changes nothing.

    Raises:
        PackageRefused, SealRefused: not a package, or the keys do not open everything in it.
        PackageNotNewer: an older version, or another package of the same version.
    """
    sealed = SealedPackage.parse(package)
    _open_everything(sealed, secrets)
    header = sealed.header
    ref = PackageRef(
        package=header.package,
        version=header.version,
        target=f"packages/{header.bank}/{header.package}.erp",
        sha256=sealed.sha256,
        length=len(package),
    )
    with premises.database.writing() as session:
        known = session.get(Package, header.package)
        if known is not None and known.sha256 == sealed.sha256:
            return ref
        _refuse_older(session, header.bank, header.version)
        session.add(
            Package(
                id=ref.package,
                bank=header.bank,
                version=ref.version,
                target=ref.target,
                sha256=ref.sha256,
                length=ref.length,
            )
        )
        session.flush()
        premises.keys.keep_package(header.package, secrets)
        custom: dict[str, str | int] = {"bank": header.bank, "version": header.version}
        premises.repository.add_target(ref.target, package, custom, premises.clock())
    return ref


def _open_everything(sealed: SealedPackage, secrets: PackageSecrets) -> None:
    for item in sealed.header.items:
        sealed.open_item(item.item, secrets.content)
        sealed.open_marking(item.item, secrets.marking)
        for medium in item.media:
            sealed.open_media(item.item, medium.name, secrets.content)


def _refuse_older(session: Session, bank: str, version: int) -> None:
    newest = session.scalar(select(func.max(Package.version)).where(Package.bank == bank))
    if newest is not None and version <= newest:
        raise PackageNotNewer(f"{bank}: version {version}, {newest} is published", published=newest)
