"""What the modules of this test share."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# What the shell puts in at run time ($NAME, $(…)) stands as this character: a value that cannot be judged.
UNKNOWN = "\ue000"

# The time that a command gets where the shell puts one in.
SOME_TIME = "2026-01-01T00:00:00Z"


class Bad(Exception):
    """What is wrong with a text."""


def as_list(value):
    return value if isinstance(value, list) else [value]
