"""From responses to numbers: mappings, area mappings, lookup tables."""

from app.exam.marking import AreaMapping, BaseType, Declaration, LookupTable, Mapping
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import read_scalar
from app.exam.processing.shapes import inside
from app.exam.processing.values import Point, Scalar, Single, Value, key, scalars, single


def mapped(declaration: Declaration, value: Value) -> float:
    """Map a response: every value once, what is not in the map earns the default, the sum within bounds.

    NULL is mapped like a value that is not in the map, except that an empty key stands for an empty text.

    Raises:
        UnfitError: there is no mapping, or a key is not of the response's type.
    """
    mapping = declaration.mapping
    base_type = declaration.base_type
    if mapping is None or base_type is None:
        raise UnfitError(f"{declaration.identifier} has no mapping", declared=declaration.identifier)
    given: tuple[Scalar, ...] = tuple({key(base_type, each): each for each in scalars(value)}.values())
    exact: dict[object, int] = {}
    folded: dict[object, int] = {}
    for at, (mine, case_sensitive) in enumerate(map_keys(declaration)):
        exact.setdefault(key(base_type, mine), at)
        if not case_sensitive and base_type is BaseType.STRING:  # identifiers are names, each its own
            folded.setdefault(key(base_type, _folded(mine)), at)
    used: set[int] = set()
    total = 0.0
    for each in given or ("",):
        hits = (exact.get(key(base_type, each)), folded.get(key(base_type, _folded(each))))
        found = min((hit for hit in hits if hit is not None), default=None)
        if found is None:
            total += mapping.default
        elif found not in used:
            used.add(found)
            total += mapping.entries[found].value
    return bounded(mapping, total)


def map_keys(declaration: Declaration) -> tuple[tuple[Scalar, bool], ...]:
    """Read a mapping's keys, each with whether its case counts.

    Raises:
        UnfitError: a key is not of the variable's type.
    """
    if declaration.mapping is None or declaration.base_type is None:
        return ()
    try:
        return tuple(
            (read_scalar(declaration.base_type, entry.key) if entry.key.strip() else "", entry.case_sensitive)
            for entry in declaration.mapping.entries
        )
    except ValueError as error:
        raise UnfitError(
            f"a key in the mapping of {declaration.identifier}: {error}", declared=declaration.identifier
        ) from None


def mapped_points(declaration: Declaration, value: Value) -> float:
    """Map points: each to the first area it lies in, every area once; a point outside all areas earns the default.

    Where areas overlap the one that is listed first has priority (QTI, "areaMapEntry").

    Raises:
        UnfitError: there is no area mapping.
    """
    areas = declaration.areas
    if areas is None:
        raise UnfitError(f"{declaration.identifier} has no area mapping", declared=declaration.identifier)
    points = [each for each in scalars(value) if isinstance(each, Point)]
    if not points:
        return bounded(areas, areas.default)
    used: set[int] = set()
    total = 0.0
    for point in points:
        hit = next((at for at, area in enumerate(areas.entries) if inside(area.shape, area.coords, point)), None)
        if hit is None:
            total += areas.default
        elif hit not in used:
            used.add(hit)
            total += areas.entries[hit].value
    return bounded(areas, total)


def bounded(mapping: Mapping | AreaMapping, total: float) -> float:
    """Keep a sum within a mapping's bounds."""
    if mapping.lower is not None:
        total = max(total, mapping.lower)
    return total if mapping.upper is None else min(total, mapping.upper)


def best(declaration: Declaration) -> float | None:
    """Give the most a response's mapping can earn, `None` if that has no end or there is no mapping."""
    mapping = declaration.mapping or declaration.areas
    if mapping is None:
        return None
    values = [entry.value for entry in mapping.entries]
    if declaration.cardinality.value == "single":
        return bounded(mapping, max((mapping.default, *values)))
    if mapping.default > 0 and mapping.upper is None:
        return None
    if mapping.default > 0 and mapping.upper is not None:
        return mapping.upper
    return bounded(mapping, sum(value for value in values if value > 0))


def looked_up(table: LookupTable, base_type: BaseType, value: Value) -> Value:
    """Look a number up: in a match table by equality, else in the first row that it is not below; else the default.

    Raises:
        UnfitError: a target is not of the outcome's type.
    """
    found = table.default
    if isinstance(value, Single) and isinstance(value.value, int | float):
        number = value.value
        for entry in table.entries:
            below = entry.source < number or (entry.included and entry.source == number)
            if below if table.interpolates else entry.source == number:
                found = entry.target
                break
    try:
        return None if found is None else single(base_type, read_scalar(base_type, found))
    except ValueError as error:
        raise UnfitError(f"a target of the lookup table: {error}") from None


def _folded(value: Scalar) -> Scalar:
    """Give a text without its case; what has none stays as it is."""
    return value.casefold() if isinstance(value, str) else value
