"""Checks of a whole bank: what must not be used, what somebody should look at, and what is in it.

`check.check_bank` is the door; `finding` says what can be found. Nothing is changed.
"""
