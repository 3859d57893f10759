"""A second way to draw a form: written from the words of `app.exam.form` and `app.exam.stream`, sharing no code.

It takes what stands in the files (the JSON of a package's items and of a blueprint) and gives the form's JSON. Slow and
plain on purpose; where the words and the program part, the tests fail.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

Json = Any  # a test reads the fields of the files by name


def _written(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _numbers(seed: str, package: str, blueprint: Json) -> Iterator[int]:
    head = b"examroom-form-v2" + bytes.fromhex(seed) + bytes.fromhex(package)
    head += hashlib.sha256(_written(blueprint)).digest()
    for block in range(10**9):
        digest = hashlib.sha256(head + block.to_bytes(8, "big")).hexdigest()
        for quarter in range(4):
            yield int(digest[16 * quarter : 16 * quarter + 16], 16)


def _shuffle(numbers: Iterator[int], things: list[Json]) -> list[Json]:
    things = things[:]
    for place in range(len(things), 1, -1):
        drawn = next(numbers)
        while drawn >= 2**64 // place * place:
            drawn = next(numbers)
        chosen = drawn % place
        things[place - 1], things[chosen] = things[chosen], things[place - 1]
    return things


def _blocks(items: Json, section: Json, together: bool) -> list[Json]:
    names = section["items"] or sorted(item["item"] for item in items)
    by_name = {item["item"]: item for item in items}
    pool = [by_name[name] for name in dict.fromkeys(names) if name in by_name]
    for field in ("kind", "subject", "difficulty"):
        pool = [item for item in pool if section[field] is None or section[field] == item[field]]
    pool = [item for item in pool if not item["by_person"]]
    if together:
        for case in {item["stimulus"] for item in pool if item["stimulus"]}:
            if sum(item["stimulus"] == case for item in pool) < sum(item["stimulus"] == case for item in items):
                pool = [item for item in pool if item["stimulus"] != case]
    blocks: list[Json] = []
    for item in pool:
        home = [block for block in blocks if together and item["stimulus"] and block[0]["stimulus"] == item["stimulus"]]
        if home:
            home[0].append(item)
        else:
            blocks.append([item])
    return blocks


def _names(blocks: list[Json]) -> set[str]:
    return {item["item"] for block in blocks for item in block}


def _groups(blocks: list[Json], together: bool) -> list[tuple[str, str]]:
    found = []
    for block in blocks:
        for item in block:
            found += [("enemy", name) for name in set(item["enemies"])]
            found += [("stimulus", item["stimulus"])] if item["stimulus"] and not together else []
    return found


def _can_give(sizes: list[int], count: int) -> bool:
    sums = {0}
    for size in sizes:
        sums |= {one + size for one in sums}
    return count in sums


def _fill(numbers: Iterator[int], pools: list[Json], together: bool) -> list[list[Json]] | None:
    filled: dict[int, list[Json]] = {}
    on_form = [block for pool in pools for block in pool["in"]]
    smallest = sorted(range(len(pools)), key=lambda at: len(_names(pools[at]["in"] + pools[at]["free"])))
    for at in smallest:
        pool = pools[at]
        free = [
            block
            for block in pool["free"]
            if not _names([block]) & _names(on_form)
            and not set(_groups([block], together)) & set(_groups(on_form, together))
        ]
        left = pool["count"] - len(_names(pool["in"]))
        shuffled = _shuffle(numbers, free)
        taken = []
        for place, block in enumerate(shuffled):
            after = [len(other) for other in shuffled[place + 1 :]]
            clear = not set(_groups([block], together)) & set(_groups(on_form, together))
            if clear and len(block) <= left and _can_give(after, left - len(block)):
                taken.append(block)
                on_form.append(block)
                left -= len(block)
        if left:
            return None
        chosen = _names(pool["in"] + taken)
        filled[at] = [block for block in pool["order"] if _names([block]) & chosen]
    return [filled[at] for at in range(len(pools))]


def rebuild(items: Json, package: str, blueprint: Json, seed: str) -> list[Json] | None:
    """Give the form's JSON, or none if fifty attempts gave none."""
    numbers = _numbers(seed, package, blueprint)
    together = blueprint["sets"] == "together"
    every = [_blocks(items, section, together) for section in blueprint["sections"]]
    required = [
        [block for block in blocks if _names([block]) & set(section["required"])]
        for section, blocks in zip(blueprint["sections"], every, strict=True)
    ]
    pools = []
    for at, section in enumerate(blueprint["sections"]):
        others = [block for other, blocks in enumerate(required) if other != at for block in blocks]
        free = [block for block in every[at] if not _names([block]) & _names(others + required[at])]
        pools.append({"in": required[at], "free": free, "order": every[at], "count": section["count"]})
    for pool in pools:
        pool["size"] = len(_names(pool["in"] + pool["free"]))
        pool["free"] = [
            one for one in pool["free"] if len(set(_groups([one], together))) == len(_groups([one], together))
        ]
    if blueprint["forms"]:
        index = next(numbers) % len(blueprint["forms"])  # close enough to the rule: 2**64 is no bound a test meets
        chosen: list[list[Json]] | None = [
            [block for block in blocks if _names([block]) & set(listed)]
            for blocks, listed in zip(every, blueprint["forms"][index], strict=True)
        ]
    else:
        chosen = None
        for _ in range(50):
            chosen = chosen or _fill(numbers, pools, together)
    return None if chosen is None else _places(items, blueprint, chosen, numbers)


def _places(items: Json, blueprint: Json, chosen: list[list[Json]], numbers: Iterator[int]) -> list[Json]:
    form: list[Json] = []
    for at, (section, blocks) in enumerate(zip(blueprint["sections"], chosen, strict=True)):
        for block in _shuffle(numbers, blocks) if section["shuffle"] else blocks:
            for item in block:
                place = {"number": len(form) + 1, "item": item["item"], "section": at, "kind": item["kind"]}
                form.append({**place, "max_milli": section["milli_each"], "orders": [], "choices": item["choices"]})
    for place in form if blueprint["shuffle_options"] else []:
        for one in next(item for item in items if item["item"] == place["item"])["shuffles"]:
            order = _shuffle(numbers, [name for name in one["options"] if name not in one["fixed"]])
            place["orders"].append(
                [one["name"], [name if name in one["fixed"] else order.pop(0) for name in one["options"]]]
            )
    return form


def digest(form: list[Json]) -> str:
    """Give a form's digest."""
    return hashlib.sha256(_written(form)).hexdigest()
