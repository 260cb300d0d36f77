"""Which sports a file may name: a run or a walk, or a name that says neither."""

import re

from rehab.runs.clean import Refused

# Parts of words by which watches and portals call what is neither a run nor a walk.  "1" is one's number of a ride.
OTHER_SPORT = re.compile(
    r"bik|cycl|ride|riding|swim|row|paddl|kayak|cano|surf|sail|ski|snow|skat|golf|yoga|strength|fitness_equip|elliptic"
    r"|driv|motor|fly|multisport|transition|tennis|soccer|basketball|climb|horse|hang_gliding|boat|cicl|nata|^1$",
    re.IGNORECASE,
)


def refuse_other_sport(name) -> None:
    """Raise when a file names another sport; treadmill and trail are runs, and no name at all may be one."""
    if isinstance(name, str) and OTHER_SPORT.search(name):
        raise Refused("other_sport")
