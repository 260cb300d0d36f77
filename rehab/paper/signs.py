"""When to stop, in the words of the runner's pages; a test holds this list and that of the pages together."""

from django.utils.translation import gettext as _


def emergency_signs() -> list[str]:
    """Return the signs that call for the emergency number, in the language that is spoken now."""
    return [
        _("you are short of breath, your chest hurts, you cough up blood or you faint"),
        _("your foot suddenly turns cold, pale or numb"),
        _("the calf is very tense and the pain is far worse than before, or does not ease at rest"),
        _("you cannot control bladder or bowel, or are numb between the legs"),
        _("your urine is dark, like cola or tea"),
    ]


def same_day_signs() -> list[str]:
    """Return the signs that call for a doctor the same day, in the language that is spoken now."""
    return [
        _("the calf is newly swollen, warm or changed in colour"),
        _("your leg or foot is newly numb or weak, or hurts at rest or at night"),
        _("you felt a pop, or cannot push off with the foot"),
        _("you have a fever or spreading redness"),
    ]
