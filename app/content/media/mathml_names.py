"""The names of MathML that a formula may use: elements, their attributes, and the values of these that we follow."""

from typing import Final

MATHML: Final = "http://www.w3.org/1998/Math/MathML"
TOKENS: Final = frozenset({"mi", "mn", "mo", "mtext", "ms"})
HOLDERS: Final = {  # how many children: None for any number, which make a row
    "math": None,
    "mrow": None,
    "mstyle": None,
    "mpadded": None,
    "msqrt": None,
    "menclose": None,
    "mtd": None,
    "mfenced": None,
    "mtable": None,
    "mtr": None,
    "mmultiscripts": None,
    "semantics": None,
    "mfrac": 2,
    "mroot": 2,
    "msup": 2,
    "msub": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
WRITTEN_OUT: Final = frozenset({"mrow", "mstyle", "mpadded", "semantics", "mfenced", "mmultiscripts", "mtable"})
EMPTY: Final = frozenset({"mspace", "none", "mprescripts"})
DROPPED: Final = frozenset({"annotation", "annotation-xml"})
NOTATIONS: Final = frozenset(
    [
        "box",
        "roundedbox",
        "circle",
        "top",
        "bottom",
        "longdiv",
        "updiagonalstrike",
        "downdiagonalstrike",
        "horizontalstrike",
    ]
)
_VARIANTS: Final = frozenset(
    [
        "normal",
        "bold",
        "italic",
        "bold-italic",
        "double-struck",
        "bold-fraktur",
        "script",
        "bold-script",
        "fraktur",
        "sans-serif",
        "bold-sans-serif",
        "sans-serif-italic",
        "sans-serif-bold-italic",
        "monospace",
    ]
)
ANY: Final = frozenset({"*"})
_SAME: Final = frozenset({"black", "#000", "#000000", "currentcolor", "inherit"})
FREE: Final = {  # on any element; what changes nothing that we draw
    "id": ANY,
    "class": ANY,
    "xref": ANY,
    "dir": frozenset({"ltr"}),
    "mathcolor": _SAME,
    "color": _SAME,
    "mathbackground": frozenset({"transparent", "none"}),
    "mathsize": ANY,  # how large an author saw it; our size is the text's
    "mathvariant": _VARIANTS,
    "displaystyle": frozenset({"true", "false"}),
    "{http://www.w3.org/XML/1998/namespace}lang": ANY,
    "{http://www.w3.org/XML/1998/namespace}space": ANY,
}
_BARE: Final = frozenset({"none", "none none"})
ATTRIBUTES: Final = {
    "math": {
        "display": frozenset({"block", "inline"}),
        "overflow": ANY,
        "alttext": ANY,  # the formula itself is said, not what somebody says of it
        "mode": ANY,
    },
    "mstyle": {"scriptlevel": frozenset({"0", "1", "2"})},
    "mo": dict.fromkeys(
        [
            "form",
            "fence",
            "separator",
            "stretchy",
            "symmetric",
            "largeop",
            "movablelimits",
            "accent",
            "lspace",
            "rspace",
            "minsize",
            "maxsize",
        ],
        ANY,
    ),
    "mspace": {"width": ANY, "height": ANY, "depth": ANY},
    "mfrac": {"linethickness": ANY, "bevelled": ANY, "numalign": ANY, "denomalign": ANY},
    "mfenced": {"open": ANY, "close": ANY, "separators": ANY},
    "menclose": {"notation": ANY},
    "munder": {"accentunder": ANY},
    "mover": {"accent": ANY},
    "munderover": {"accent": ANY, "accentunder": ANY},
    "mtable": {
        "columnalign": ANY,
        "rowalign": ANY,
        "columnspacing": ANY,
        "rowspacing": ANY,
        "align": ANY,
        "equalrows": ANY,
        "equalcolumns": ANY,
        "frame": frozenset({"none"}),
        "columnlines": _BARE,
        "rowlines": _BARE,
    },
    "mtr": {"columnalign": ANY, "rowalign": ANY},
    "mtd": {
        "columnalign": ANY,
        "rowalign": ANY,
        "columnspan": frozenset({"1"}),
        "rowspan": frozenset({"1"}),
    },
}
