"""Processor time: a bound on it says something of the program, a bound on the clock says something of the machine."""

import resource


def spent_s() -> float:
    """Give the processor time that this process and its ended children have used, seconds."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
