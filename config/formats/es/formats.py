"""How Spanish writes a day where there is little room: 5 ene 2026, the month in small letters; Django has the rest."""

DATETIME_FORMAT = r"j \d\e F \d\e Y, H:i"
SHORT_DATE_FORMAT = "j b Y"
SHORT_DATETIME_FORMAT = "j b Y, H:i"
