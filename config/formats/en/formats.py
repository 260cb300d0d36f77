"""How English writes a day here: 5 January 2026, as everywhere else in the product."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
