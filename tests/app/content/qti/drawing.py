"""Items made at random, as large and as odd as the model allows in its normal form, for tests to write and read."""

from dataclasses import replace

from hypothesis import strategies as st

from app.content.qti.keys import kind_of
from app.content.qti.line import tidy
from app.content.qti.shelf import numbered
from app.exam.interactions import (
    Area,
    Associate,
    Canvas,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Interaction,
    Match,
    Option,
    Order,
    Shape,
    Slider,
    TextEntry,
)
from app.exam.item import Item, Medium, Stimulus, marked_by_person
from app.exam.marking import (
    MATCH_CORRECT,
    SCORE,
    BaseType,
    Cardinality,
    Declaration,
    MapEntry,
    Mapping,
    Marking,
    Role,
    Written,
)
from app.exam.processing.standard import MAP_RESPONSE
from app.exam.prose import (
    Align,
    Block,
    BlockIf,
    Body,
    Break,
    Cell,
    Condition,
    Divider,
    Formula,
    Gap,
    Hot,
    Inline,
    InlineIf,
    InlinePicture,
    Listing,
    Numbering,
    Paragraph,
    Picture,
    Place,
    Printed,
    Quote,
    Run,
    Style,
    Table,
    Verbatim,
    Wording,
    places_of,
    walk,
)
from sync.wire.plan import Difficulty
from tests.app.content.banks import png

PNG = png()
MEDIA = tuple(Medium(f"{number}.png", "image/png") for number in range(1, 4))
DATA = {medium.name: png(number + 1, 2) for number, medium in enumerate(MEDIA)}
TEMPLATE = Declaration(Role.TEMPLATE, "V", Cardinality.SINGLE, BaseType.IDENTIFIER, (Written("x"),))
TRUNK = "安全生产aBc xyz0123,。？<>&'\"\u00a0é—（）"

words = st.text(TRUNK, min_size=1, max_size=8).filter(str.strip)
plain = (
    words.map(lambda text: " ".join(text.split(" ")).strip(" ")).filter(bool).map(lambda text: " ".join(text.split()))
)
names = st.sampled_from([medium.name for medium in MEDIA])
conditions = st.builds(Condition, st.just("V"), st.sampled_from(["x", "y"]), st.booleans())
runs = st.builds(Run, words, st.frozensets(st.sampled_from(Style), max_size=3))
pictures = st.builds(InlinePicture, names, plain)
formulas = st.builds(Formula, names, plain, st.integers(1, 9_000), st.integers(0, 900))
small = st.one_of(runs, pictures, formulas)


def _some_inlines(*more: st.SearchStrategy[Inline]) -> st.SearchStrategy[tuple[Inline, ...]]:
    one = st.one_of(runs, runs, st.just(Break()), pictures, formulas, *more)
    return st.lists(one, min_size=1, max_size=5).map(tidy).filter(bool)


printed = st.builds(Printed, st.just("V"), st.sampled_from(["", "%i"]))
within = st.lists(st.one_of(runs, pictures, printed), min_size=1, max_size=3).map(lambda some: tidy(some, ends=False))
inline_ifs = st.builds(InlineIf, conditions, within.filter(bool))
lines = _some_inlines(printed, inline_ifs)
paragraphs = st.builds(Paragraph, lines, st.integers(0, 6), st.sampled_from(Align))
simple_blocks = st.one_of(
    paragraphs,
    paragraphs,
    st.builds(Picture, names, plain),
    st.builds(Verbatim, st.text(TRUNK + "\n\t", max_size=20)),
    st.just(Divider()),
)


def _holders(bodies: st.SearchStrategy[Body]) -> st.SearchStrategy[Body]:
    listings = st.one_of(
        st.builds(
            Listing,
            st.lists(bodies, min_size=1, max_size=3).map(tuple),
            st.just(True),
            st.integers(0, 20),
            st.sampled_from(tuple(Numbering)),
        ),
        st.builds(Listing, st.lists(bodies, min_size=1, max_size=3).map(tuple)),
    )
    cells = st.builds(Cell, bodies, st.booleans(), st.integers(1, 3), st.integers(1, 3))
    rows = st.lists(st.lists(cells, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple)
    tables = st.builds(Table, rows, st.one_of(st.just(()), lines))
    filled = bodies.filter(bool)
    block = st.one_of(simple_blocks, listings, tables, st.builds(Quote, bodies), st.builds(BlockIf, conditions, filled))
    return st.lists(block, max_size=3).map(tuple)


bodies = st.recursive(st.lists(simple_blocks, max_size=3).map(tuple), _holders, max_leaves=4)
filled = bodies.filter(bool)
identifiers = st.sampled_from(["A", "B", "C", "甲", "a.1", "x-y_2"])


def _other(body: Body) -> Body:
    """Say something else in the same form."""
    return tuple(_other_block(block) for block in body)


def _other_block(block: Block) -> Block:
    match block:
        case Paragraph():
            return Paragraph(_other_line(block.inlines), block.level, block.align)
        case Listing():
            return replace(block, entries=tuple(_other(entry) for entry in block.entries))
        case Quote():
            return Quote(_other(block.body))
        case Verbatim():
            return Verbatim(f"{block.text}e")
    return block


def _other_line(line: tuple[Inline, ...]) -> tuple[Inline, ...]:
    return tuple(Run(f"e{one.text}", one.styles) if isinstance(one, Run) else one for one in line)


texts = st.lists(st.builds(Paragraph, st.builds(lambda one: (Run(one),), plain)), min_size=1, max_size=3).map(tuple)
wordings = st.one_of(
    filled.map(lambda body: Wording(body, body)),
    filled.map(lambda body: Wording(body, _other(body))),
    st.builds(Wording, texts, texts),
)
prompts = st.one_of(st.none(), wordings)


@st.composite
def options(draw: st.DrawFn, *, matched: bool = False, least: int = 2) -> tuple[Option, ...]:
    ids = draw(st.lists(identifiers, min_size=least, max_size=4, unique=True))
    made = []
    for one in ids:
        told = draw(st.none() | st.booleans())
        condition = None if told is None else Condition("V", one, told)
        most = draw(st.integers(0, 3)) if matched else 1
        made.append(
            Option(one, draw(wordings), draw(st.booleans()), most, draw(st.integers(0, 1)) if matched else 0, condition)
        )
    return tuple(made)


@st.composite
def areas(draw: st.DrawFn, *, matched: bool = False) -> tuple[Area, ...]:
    ids = draw(st.lists(identifiers, min_size=1, max_size=3, unique=True))
    shapes = st.sampled_from(
        [
            (Shape.RECT, (0, 1, 20, 30)),
            (Shape.CIRCLE, (5, 5, 3)),
            (Shape.POLY, (0, 0, 9, 0, 9, 9)),
            (Shape.ELLIPSE, (5, 5, 3, 2)),
            (Shape.DEFAULT, ()),
        ]
    )
    label = st.just("") | plain
    return tuple(Area(one, *draw(shapes), draw(label), draw(st.integers(0, 3)) if matched else 1, 0) for one in ids)


def _hot_text(some: list[Run | InlinePicture | Formula]) -> tuple[Run | InlinePicture | Formula, ...]:
    return tuple(one for one in tidy(some) if isinstance(one, Run | InlinePicture | Formula)) or (Run("x"),)


hot_texts = st.lists(small, min_size=1, max_size=2).map(_hot_text)


@st.composite
def holed(draw: st.DrawFn, kind: type[Gap] | type[Hot]) -> Wording:
    ids = draw(st.lists(identifiers, min_size=1, max_size=3, unique=True))
    blocks: list[Block] = list(draw(texts))
    for one in ids:
        hole = Gap(one) if kind is Gap else Hot(one, draw(hot_texts))
        blocks.append(Paragraph(tidy((Run("看 "), hole, Run(" 见")))))
    body: Body = tuple(blocks)
    return draw(st.sampled_from([Wording(body, body), Wording(body, _other(body))]))


canvases = st.builds(Canvas, names, plain, st.integers(10, 2_000), st.integers(10, 2_000))
limits = st.tuples(st.integers(0, 2), st.sampled_from([0, 2, 3]))


@st.composite
def interactions(draw: st.DrawFn, response: str) -> tuple[Interaction, Declaration]:  # noqa: C901, PLR0911
    """Draw an interaction and the declaration of its response, with a key that is possible."""
    shuffle = draw(st.booleans())
    prompt = draw(prompts)
    least, most = draw(limits)
    one: Interaction
    many = Cardinality.MULTIPLE

    def declared(cardinality: Cardinality, base: BaseType, *correct: str) -> Declaration:
        values = tuple(Written(value) for value in correct)
        mapping = Mapping(tuple(MapEntry(value, 0.5, draw(st.booleans())) for value in correct), -1.0, 0.0, 2.5)
        return Declaration(
            Role.RESPONSE, response, cardinality, base, correct=values, mapping=draw(st.sampled_from([None, mapping]))
        )

    match draw(st.integers(0, 12)):
        case 0:
            one = Choice(response, prompt, draw(options()), 0, 1, shuffle)
            return one, declared(Cardinality.SINGLE, BaseType.IDENTIFIER, one.options[0].id)
        case 1:
            one = Choice(response, prompt, draw(options()), least, most, shuffle)
            return one, declared(many, BaseType.IDENTIFIER, *(option.id for option in one.options[:2]))
        case 2:
            one = InlineChoice(response, draw(options()), draw(st.booleans()), shuffle)
            return one, declared(Cardinality.SINGLE, BaseType.IDENTIFIER, one.options[-1].id)
        case 3:
            one = TextEntry(response, draw(st.integers(0, 50)), draw(st.sampled_from(["", "[0-9]+"])), draw(plain))
            return one, declared(Cardinality.SINGLE, BaseType.STRING, draw(plain))
        case 4:
            one = ExtendedText(response, prompt, draw(st.integers(0, 20)), 200, "", "", least, most)
            return one, Declaration(Role.RESPONSE, response, many, BaseType.STRING)
        case 5:
            one = Order(response, prompt, draw(options()), least, most, shuffle)
            key = [option.id for option in one.options[: most or None]]
            return one, declared(Cardinality.ORDERED, BaseType.IDENTIFIER, *key)
        case 6:
            pair = draw(options(matched=True, least=1)), draw(options(matched=True, least=1))
            one = Match(response, prompt, *pair, least, most, shuffle)
            return one, declared(many, BaseType.DIRECTED_PAIR, f"{pair[0][0].id} {pair[1][0].id}")
        case 7:
            one = Associate(response, prompt, draw(options(matched=True)), least, most, shuffle)
            return one, declared(many, BaseType.PAIR, f"{one.options[0].id} {one.options[1].id}")
        case 8:
            text = draw(holed(Gap))
            one = GapMatch(response, prompt, draw(options(matched=True, least=1)), text, least, most, shuffle)
            gap = next(piece.id for piece in walk(text.zh) if isinstance(piece, Gap))
            return one, declared(many, BaseType.DIRECTED_PAIR, f"{one.options[0].id} {gap}")
        case 9:
            text = draw(holed(Hot))
            one = Hottext(response, prompt, text, least, most)
            hot = next(piece.id for piece in walk(text.zh) if isinstance(piece, Hot))
            return one, declared(many, BaseType.IDENTIFIER, hot)
        case 10:
            one = Hotspot(response, prompt, draw(canvases), draw(areas()), least, most)
            return one, declared(many, BaseType.IDENTIFIER, one.areas[0].id)
        case 11:
            offered = draw(options(matched=True, least=1))
            one = GraphicGapMatch(
                response, prompt, draw(canvases), offered, draw(areas(matched=True)), least, most, shuffle
            )
            return one, declared(many, BaseType.DIRECTED_PAIR, f"{offered[0].id} {one.areas[0].id}")
    whole = draw(st.booleans())
    step = draw(st.sampled_from(["", "0.5", "2"]))
    one = Slider(response, prompt, "-1.5", "10", step, draw(st.booleans()), draw(st.booleans()), shuffle, whole)
    return one, declared(Cardinality.SINGLE, BaseType.INTEGER if whole else BaseType.FLOAT, "3")


@st.composite
def items(draw: st.DrawFn, name: str = "item-1") -> tuple[Item, Marking, dict[str, bytes]]:
    """Draw an item in its normal form, its marking, and its media."""
    responses = ["RESPONSE", "R2", "R3"][: draw(st.integers(1, 3))]
    drawn = [draw(interactions(response)) for response in responses]
    blocks: list[Block] = [*draw(texts), *draw(bodies)]
    for interaction, _ in drawn:
        place = Place(interaction.response)
        in_line = isinstance(interaction, TextEntry | InlineChoice)
        blocks.insert(draw(st.integers(0, len(blocks))), Paragraph((Run("填 "), place)) if in_line else place)
    body: Body = tuple(blocks)
    stimulus = draw(st.none() | wordings.map(lambda wording: Stimulus("case-1", wording)))
    by_response = {interaction.response: interaction for interaction, _ in drawn}
    found = tuple(by_response[response] for response in places_of(body))  # in reading order, as an item has them
    item = Item(
        id=name,
        kind=kind_of(found),
        subject=draw(st.sampled_from(["-", "fire", "危险化学品 (一)"])),
        difficulty=draw(st.sampled_from(Difficulty)),
        stem=Wording(body, draw(st.sampled_from([body, _other(body)]))),
        interactions=found,
        media=MEDIA,
        stimulus=_without_conditions(stimulus),
        label=draw(st.sampled_from(["", "登高作业（一） 第 3 题", 'Fire & "rescue" <2>', "-1"])),
        enemies=draw(st.sampled_from([(), ("e1",), ("e1", "组2")])),
    )
    item, data = numbered(item, DATA)
    mapped = drawn[0][1].mapping is not None
    rules = draw(st.sampled_from([None, MATCH_CORRECT, *([MAP_RESPONSE] if mapped else [])]))
    marking = Marking(name, (*(one for _, one in drawn), SCORE, TEMPLATE), rules)
    return replace(item, by_person=marked_by_person(found, marking)), marking, data


def _without_conditions(stimulus: Stimulus | None) -> Stimulus | None:
    """Give a stimulus only if it says the same to everybody: it belongs to no template."""
    if stimulus is None:
        return None
    pieces = [piece for body in stimulus.wording.bodies() for piece in walk(body)]
    return None if any(isinstance(one, Printed | InlineIf | BlockIf) for one in pieces) else stimulus
