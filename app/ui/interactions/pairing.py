"""The rules of pairs: how often each side may be used, and how many pairs there may be."""


def placed(
    values: tuple[str, ...], pair: tuple[str, str], limits: tuple[int, int], most: int
) -> tuple[tuple[str, ...] | None, bool]:
    """Add a pair, or take it away if it is there; give the pairs, and whether another one gave way.

    A side whose limit is one gives its former pair up; where the limit is higher, a pair too many is refused (None).
    A limit of 0 is none. `most` bounds all pairs; a bound of one is a choice that moves.
    """
    value = f"{pair[0]} {pair[1]}"
    if value in values:
        return tuple(one for one in values if one != value), False
    kept = values if most != 1 else ()
    for side, limit in enumerate(limits):
        using = [one for one in kept if one.split(" ")[side] == pair[side]]
        if limit == 1:
            kept = tuple(one for one in kept if one not in using)
        elif limit and len(using) >= limit:
            return None, False
    if most and len(kept) >= most:
        return None, False
    return (*kept, value), len(kept) < len(values)
