"""What the actions of this app write into the record, which is kept in English, in both languages.

``clinic.phrases`` finds a sentence again where a page shows it.  The place ``{typed}`` holds what a person wrote: it
stays as it is.
"""

from django.utils import translation

from clinic.models import Case
from clinic.terms import Text, in_english, texts_in

CASE_OPENED = Text("Case opened: {side} calf", "Caso abierto: pantorrilla {side}")
BOTH_OPENED = Text("Case opened: both calves", "Caso abierto: ambas pantorrillas")
STORY = Text("Story recorded", "Historia registrada")
HEALTH_ELSEWHERE = Text(
    "Health facts changed in the {where} of the other case ({side} calf)",
    "Cambiaron datos de salud en {where} del otro caso (pantorrilla {side})",
)
HEALTH_ELSEWHERE_BOTH = Text(
    "Health facts changed in the {where} of the other case (both calves)",
    "Cambiaron datos de salud en {where} del otro caso (ambas pantorrillas)",
)
CASE_CLOSED = Text("Case closed, {outcome}: {typed}", "Caso cerrado, {outcome}: {typed}")
CONSENT_REFUSED = Text(
    "The runner does not agree that their data is used: talk to them, and close the case or ask them again.",
    "El corredor no acepta que se usen sus datos: hable con él, y cierre el caso o pregúntele de nuevo.",
)
GLASS_OPENED = Text(
    "Opened from another clinic by break-glass: the lead must see who, and why.",
    "Abierto desde otra clínica por acceso de emergencia: la dirección debe ver quién y por qué.",
)
GLASS_SEEN = Text("The lead saw who opened the record, and why.", "La dirección vio quién abrió la historia y por qué.")
TASK_DONE = Text("Done: {typed} ({task})", "Hecho: {typed} ({task})")

AMENDED = Text("An entry was amended: {typed}", "Se enmendó una anotación: {typed}")

LEFT, RIGHT, BOTH = Text("left", "izquierda"), Text("right", "derecha"), Text("both", "ambas")
IN_STORY, IN_SCREENING = Text("story", "la historia"), Text("screening", "el cribado")
IN_ANSWERS, IN_WORDS = Text("runner's answers", "las respuestas"), Text("runner's words", "las palabras del corredor")

SENTENCES = texts_in(globals())


def opened(side):
    """Return that a case was opened, for one leg or both."""
    return BOTH_OPENED.en if side == "both" else in_english(CASE_OPENED, side=side)


def health_elsewhere(where, side):
    """Return that health facts changed in another case, of one leg or both."""
    return in_english(HEALTH_ELSEWHERE_BOTH if side == "both" else HEALTH_ELSEWHERE, where=where, side=side)


def of_catalogue(words):
    """Return a marked text in both languages."""
    said = []
    for language in ("en", "es"):
        with translation.override(language):
            said.append(str(words))
    return Text(*said)


def sentences():
    """Return what this app writes into the record."""
    return [*SENTENCES, *(of_catalogue(outcome.label) for outcome in Case.Outcome)]
