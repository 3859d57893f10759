"""The assessment test of a bank whose items were removed or replaced: it names items, and none that is not there."""

from collections.abc import Mapping

from lxml import etree

from app.content.archive import Archive, Unwritten, resolve
from app.content.bank import BankRefused
from app.content.blueprint import MAX_TEST_BYTES, MAX_TEST_NODES, read_test
from app.content.qti.upgrade import upgraded
from app.content.qti.write import TEST
from app.content.qti.write_test import write_test
from app.content.xml import line_of, qti, read_xml
from app.exam.item import Item


def kept_test(raw: bytes, items: Mapping[str, Item]) -> bytes | None:
    """Give the test without what it says of other items than these, or nothing if no form could be drawn by the rest.

    `items` is by the name of the item's file; of an item only its id, kind and subject are looked at.
    """
    try:
        root = upgraded(read_xml(raw, TEST, max_nodes=MAX_TEST_NODES))
        for reference in list(root.iter(qti("qti-assessment-item-ref"))):
            section = reference.getparent()
            if section is not None and resolve(reference.get("href", ""), TEST, line_of(reference)) not in items:
                section.remove(reference)
        cut = etree.tostring(root, encoding="UTF-8")
        rules = read_test(Archive(Unwritten({TEST: cut[:MAX_TEST_BYTES]})), TEST, items)
    except BankRefused:
        return None
    return write_test(rules.blueprint, tuple(items.values()), rules.duration_ms, rules.pass_mark)
