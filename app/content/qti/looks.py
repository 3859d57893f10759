"""Attributes around text: those that mean something are followed, the harmless are passed over, the rest refused.

`class` names styles of a sheet that we do not apply, so a class of an author's own changes nothing here; QTI 3's
shared vocabulary (`qti-…`) and names that hide are looked at one by one. `style` is taken property by property.
"""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.bank import MarkupRefused
from app.content.xml import LANG, line_of, name_of, refuse_attribute
from app.exam.prose import Align, Style

_HINTS: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_GLOBAL: Final = frozenset({"id", "class", "style", "title", "label", "lang", "role", "tabindex", "translate", LANG})
_TABLE: Final = frozenset({"align", "valign", "width", "height", "char", "charoff", "bgcolor", "nowrap"})
_CLIP: Final = frozenset(
    {"src", "type", "controls", "autoplay", "loop", "preload", "muted", "width", "height", "poster", "crossorigin"}
)
_OF: Final[dict[str, frozenset[str]]] = {
    **{name: frozenset({"align"}) for name in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6")},
    "img": frozenset({"src", "alt", "width", "height", "longdesc", "align", "border", "hspace", "vspace"}),
    "object": frozenset({"data", "type", "width", "height", "align", "border"}),
    "source": frozenset({"src", "type"}),
    "track": frozenset({"src", "kind", "srclang", "default"}),
    "audio": _CLIP,
    "video": _CLIP,
    "table": frozenset({"summary", "border", "cellpadding", "cellspacing", "frame", "rules"}) | _TABLE,
    **{name: _TABLE | {"span"} for name in ("thead", "tbody", "tfoot", "tr", "col", "colgroup", "caption")},
    **{name: _TABLE | {"colspan", "rowspan", "scope", "headers", "abbr", "axis"} for name in ("td", "th")},
    "ol": frozenset({"start", "type", "compact"}),
    "ul": frozenset({"type", "compact"}),
    "hr": frozenset({"width", "size", "align", "noshade"}),
    "br": frozenset({"clear"}),
    "pre": frozenset({"width"}),
    "font": frozenset({"face", "size"}),
    "blockquote": frozenset({"cite"}),
    "q": frozenset({"cite"}),
    "del": frozenset({"cite", "datetime"}),
    "ins": frozenset({"cite", "datetime"}),
    "time": frozenset({"datetime"}),
}
_HIDES: Final = re.compile(r"(?i)(^|[-_])(hidden|hide|invisible|sr-only|visually|offscreen|d-none|none)($|[-_])")
_VOCABULARY: Final = re.compile(
    r"qti-(align-justify|align-left|align-center|align-right|valign-.*|fullwidth|text-indent|layout-.*|margin-.*|"
    r"padding-.*|width-.*|height-.*|bordered|well|labels-.*|orientation-.*|choices-.*|input-.*|selections-.*|"
    r"match-tabular|float-.*|text-underline|underline|italic|bold|rotate-0|media-.*|column.*|row|col-?.*|"
    r"shared-stimulus.*|counter-(up|down)|header-hidden|rubric-.*|keyword-emphasis)"
)
_CLASSES: Final = {
    "qti-underline": Style.UNDERLINE,
    "qti-text-underline": Style.UNDERLINE,
    "qti-italic": Style.EMPHASIS,
    "qti-bold": Style.STRONG,
}
_ALIGN: Final = {
    "left": Align.START,
    "start": Align.START,
    "justify": Align.START,
    "": Align.START,
    "center": Align.CENTRE,
    "right": Align.END,
    "end": Align.END,
}
# Properties that change how a text looks, and never what it says.
_PLAIN_PROPERTIES: Final = re.compile(
    r"font-family|font-size|line-height|letter-spacing|text-indent|margin(-.*)?|padding(-.*)?|border(-.*)?|float|clear|"
    r"(max-|min-)?(width|height)|vertical-align|white-space|word-wrap|overflow-wrap|word-break|page-break-.*|mso-.*|"
    r"table-layout|cellspacing|text-justify|layout-grid-mode|tab-stops|orphans|widows"
)
_PLAIN_VALUES: Final = re.compile(
    r"(color\s*:\s*(black|#000(000)?|inherit|windowtext|rgb\(\s*0\s*,\s*0\s*,\s*0\s*\)))|"
    r"(background(-color)?\s*:\s*(white|#fff(fff)?|transparent|none|inherit))|"
    r"(display\s*:\s*(block|inline|inline-block|table|table-cell|list-item))|(visibility\s*:\s*visible)|"
    r"(direction\s*:\s*ltr)|(font-weight\s*:\s*(normal|[1-5]00))|(font-style\s*:\s*normal)|"
    r"(text-decoration\s*:\s*none)|(list-style(-type)?\s*:\s*(disc|decimal|inherit))|(position\s*:\s*static)"
)
_STYLES: Final = {
    "font-weight:bold": Style.STRONG,
    "font-weight:bolder": Style.STRONG,
    **{f"font-weight:{weight}00": Style.STRONG for weight in (6, 7, 8, 9)},
    "font-style:italic": Style.EMPHASIS,
    "font-style:oblique": Style.EMPHASIS,
    "text-decoration:underline": Style.UNDERLINE,
    "text-decoration:line-through": Style.STRUCK,
    "vertical-align:sub": Style.SUB,
    "vertical-align:super": Style.SUPER,
}


@dataclass(frozen=True)
class Look:
    """What an element's attributes ask for beside its name; `align` None: nothing said."""

    styles: frozenset[Style] = frozenset()
    align: Align | None = None


_PLAIN: Final = Look()


def look_of(element: etree._Element, file: str, own: frozenset[str] = frozenset()) -> Look:
    """Give what an element's attributes ask for; `own` are attributes that its reader follows.

    Raises:
        MarkupRefused: an attribute, a class or a property that is not known to be harmless.
    """
    if not element.attrib:
        return _PLAIN
    if element.get("data-role", "").startswith("tooltip"):
        raise MarkupRefused(file, line_of(element), "a tooltip (of TAO) is not supported", name="data-role=tooltip")
    allowed = _OF.get(name_of(element), frozenset())
    for key in element.attrib:
        name = str(key)
        if name in own or name in _GLOBAL or name in allowed or name.startswith(("aria-", "data-", _HINTS)):
            continue
        if not (name == "dir" and element.get("dir", "").lower() in {"ltr", "auto"}):
            raise refuse_attribute(element, file, etree.QName(name).localname)
    styles, align = _from_class(element, file)
    more, side = _from_style(element, file)
    return Look(styles | more, side or align or _aligned(element))


def _aligned(element: etree._Element) -> Align | None:
    return _ALIGN.get(element.get("align", "").lower()) if "align" in element.attrib else None


def _from_class(element: etree._Element, file: str) -> tuple[frozenset[Style], Align | None]:
    styles: set[Style] = set()
    align = None
    for token in element.get("class", "").split():
        unknown = token.startswith("qti-") and not _VOCABULARY.fullmatch(token)
        if unknown or (not token.startswith("qti-") and _HIDES.search(token)):
            name = f"class={token[:60]}"
            raise MarkupRefused(file, line_of(element), f"class {token[:60]} is not supported", name=name)
        if token in _CLASSES:
            styles.add(_CLASSES[token])
        if token.startswith("qti-align-"):
            align = _ALIGN[token.removeprefix("qti-align-")]
    return frozenset(styles), align


def _from_style(element: etree._Element, file: str) -> tuple[frozenset[Style], Align | None]:
    styles: set[Style] = set()
    align = None
    for part in element.get("style", "").split(";"):
        key, _, value = (piece.strip().lower() for piece in part.partition(":"))
        told = f"{key}:{value}"
        if not key:
            continue
        if key == "text-align" and value in _ALIGN:
            align = _ALIGN[value]
        elif told in _STYLES:
            styles.add(_STYLES[told])
        elif not (_PLAIN_PROPERTIES.fullmatch(key) or _PLAIN_VALUES.fullmatch(told)) or "url(" in value:
            name = f"style={key[:40]}"
            raise MarkupRefused(file, line_of(element), f"style {key[:40]} is not supported", name=name)
    return frozenset(styles), align
