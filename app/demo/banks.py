"""What is sat in a demonstration: the sample bank, or one item for every kind of interaction."""

from app.content.bank import Bank
from app.content.qti.reading import read_item_file, read_package
from app.resources import resource_folder
from sync.wire.plan import Bilingual


def sample_bank() -> Bank:
    """Read the sample bank: true or false, and single choice."""
    return read_package(resource_folder() / "sample-bank")


def every_interaction() -> Bank:
    """Read the gallery's items as a bank, in the gallery's order."""
    read = [read_item_file(file) for file in sorted((resource_folder() / "gallery").glob("*.xml"))]
    return Bank(
        id="gallery",
        title=Bilingual(zh="各种题型", en="Every kind of item"),
        items=tuple(one.item for one in read),
        markings={one.item.id: one.marking for one in read},
        media={(one.item.id, name): data for one in read for name, data in one.media.items()},
    )
