"""Every fault of this floor's trust has words in both languages, with the facts it carries."""

import importlib
import pkgutil

import pytest

import sync.trust
import sync.wire
from app.exam.prose import Language
from app.words import Words
from sync.faults import Fault
from sync.trust.release import ReleaseCodeWrong, ReleaseShare

MODULES = [
    importlib.import_module(found.name)
    for package in (sync.trust, sync.wire)
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]
FAULTS = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Fault) and "code" in vars(value)
    },
    key=lambda fault: fault.code,
)


def test_every_code_belongs_to_one_fault() -> None:
    codes = [fault.code for fault in FAULTS]
    assert len(codes) >= 15
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.code)
def test_every_fault_says_what_is_safe_and_what_to_do(fault: type[Fault], language: Language) -> None:
    said = Words(language).fault(fault("detail", group=3, label="seat 07", module="/usr/lib/token.so"))
    assert said.code == fault.code
    assert all(len(sentence) > 5 for sentence in (said.what, said.safe, said.do))


def test_a_wrong_group_is_named_to_the_person_who_types() -> None:
    code = ReleaseShare(bytes(range(16))).code()
    with pytest.raises(ReleaseCodeWrong) as caught:
        ReleaseShare.from_code(code[:14] + ("0" if code[14] != "0" else "2") + code[15:])
    assert "第 3 组" in Words(Language.ZH).fault(caught.value).what
    assert "group 3" in Words(Language.EN).fault(caught.value).what
