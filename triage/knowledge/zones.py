"""Where the zones of the palpation map lie in the picture, and which fact a tender one states."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """One zone of the calf seen from behind; ``code`` is its palpation test.

    ``shape`` is its outline on the right leg of the picture, 0 to 100 wide, inner side at the left; the left
    leg is its mirror image.  ``at`` is where its number stands.  ``states``: the fact tenderness here means.
    ``in_front``: it is seen from the front too, where the inner side lies at the other edge.
    """

    code: str
    shape: str
    at: tuple[int, int]
    states: str = ""
    in_front: bool = False


ZONES = (
    Zone("ZONE_POPLITEAL", "M30 18 H70 V42 H30 Z", (50, 34)),
    Zone("ZONE_GASTROC_MED", "M20 46 H43 V122 H23 Q14 84 20 46 Z", (31, 102)),
    Zone("ZONE_GASTROC_LAT", "M57 46 H79 Q86 84 77 122 H57 Z", (68, 90)),
    Zone("ZONE_DEEP_VEIN", "M45 46 H55 V122 H45 Z", (50, 90), "w4"),
    Zone("ZONE_TP1", "M22 52 H41 V74 H21 Z", (31, 67)),
    Zone("ZONE_MTJ", "M30 126 H70 V148 H30 Z", (50, 141)),
    Zone("ZONE_SOLEUS_MED", "M32 152 H48 V190 H37 Z", (42, 175)),
    Zone("ZONE_SOLEUS_LAT", "M52 152 H74 L68 190 H52 Z", (61, 175)),
    Zone("ZONE_TIBIAL_BORDER", "M21 128 H29 Q31 165 36 204 H31 Q27 165 21 128 Z", (28, 168), in_front=True),
    Zone("ZONE_PTT_ZONE", "M30 210 H39 V252 H28 Z", (34, 234), in_front=True),
    Zone("ZONE_ACHILLES_MID", "M41 194 H59 V230 H41 Z", (50, 215)),
    Zone("ZONE_ACHILLES_INS", "M40 234 H60 V260 H40 Z", (50, 251)),
)
