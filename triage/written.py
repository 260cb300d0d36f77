"""What the actions of this app write into the record, in both languages; read ``clinic.written`` first."""

from clinic.terms import Text, texts_in

TOLD_BEFORE = Text("Answered before the visit. Yes: {what}.", "Respondió antes de la visita. Sí: {what}.")
NOTHING = Text("none", "nada")
ANSWERED_YES = Text("Answered yes: {what}", "Respondió que sí: {what}")
TOLD = Text("Told: {what}", "Contó: {what}")
HELD = Text("The plan rests; screen again.", "El plan descansa; repita el cribado.")
HEALTH_CHANGED = Text("Health facts changed: {what}", "Cambiaron datos de salud: {what}")
OTHER_LEG = Text(
    "A danger was found on the other leg ({side} calf): this one rests until it is answered here too.",
    "Se encontró un peligro en la otra pierna (pantorrilla {side}): esta descansa hasta que se responda también aquí.",
)
FOUND_THERE = Text("Found on the other leg ({side}): {what}", "Encontrado en la otra pierna ({side}): {what}")
TOLD_AFTER_CLOSING = Text(
    "Told after a case was closed ({side}): {what}", "Contado después de cerrarse un caso ({side}): {what}"
)

SCREENING_STARTED = Text("Safety screening started", "Cribado de seguridad empezado")
SCREENED = Text("Safety screening: {level}, complete", "Cribado de seguridad: {level}, completo")
SCREENED_UNCONFIRMED = Text(
    "Safety screening: {level}, a clinician has to confirm it",
    "Cribado de seguridad: {level}, un clínico debe confirmarlo",
)
SCREENED_MISSING = Text(
    "Safety screening: {level}, {count:g} answers missing", "Cribado de seguridad: {level}, faltan {count:g} respuestas"
)
THINNER_NOW = Text(
    "{screened}. Blood thinner: the record said no, it now says yes",
    "{screened}. Anticoagulante: constaba que no, ahora consta que sí",
)
THINNER_NO_MORE = Text(
    "{screened}. Blood thinner: the record said yes, it now says no",
    "{screened}. Anticoagulante: constaba que sí, ahora consta que no",
)
SET_ASIDE = Text("Screening set aside: {typed}", "Cribado descartado: {typed}")
EXAMINED = Text("Examination: {count:g} findings recorded", "Exploración: {count:g} hallazgos registrados")
DIAGNOSED = Text("Diagnosis recorded: {cause}", "Diagnóstico registrado: {cause}")

LETTER_OWED = Text(
    "A letter is owed to who assesses this leg: send it, and say to whom.",
    "Falta enviar la carta a quien va a valorar esta pierna: envíela y diga a quién.",
)
LETTER_NOT_NEEDED = Text("Nothing is left to assess elsewhere", "No queda nada por valorar en otro sitio")
LETTER_SENT = Text("Letter sent {way} to {typed}", "Carta enviada {way} a {typed}")
WAYS = {
    "mail": Text("by e-mail", "por correo electrónico"),
    "hand": Text("with the runner", "con el corredor"),
    "post": Text("by post", "por correo postal"),
    "fax": Text("by fax", "por fax"),
    "phone": Text("by telephone", "por teléfono"),
}

ANSWERED = {
    "excluded": Text("{row}: excluded. {typed}", "{row}: descartado. {typed}"),
    "confirmed": Text("{row}: confirmed. {typed}", "{row}: confirmado. {typed}"),
    "inconclusive": Text("{row}: inconclusive. {typed}", "{row}: no concluyente. {typed}"),
    "considered_not_suspected": Text(
        "{row}: considered not suspected. {typed}", "{row}: considerado y no sospechado. {typed}"
    ),
    "may_load": Text("{row}: may load. {typed}", "{row}: puede cargar. {typed}"),
    "released": Text("{row}: released. {typed}", "{row}: autorizado. {typed}"),
}
TESTED = {
    "excluded": Text("{row}: excluded ({results}). {typed}", "{row}: descartado ({results}). {typed}"),
    "confirmed": Text("{row}: confirmed ({results}). {typed}", "{row}: confirmado ({results}). {typed}"),
    "inconclusive": Text("{row}: inconclusive ({results}). {typed}", "{row}: no concluyente ({results}). {typed}"),
}
TESTS = {
    "scan": Text("scan", "ecografía"),
    "repeat_scan": Text("repeat scan", "ecografía repetida"),
    "d_dimer": Text("d dimer", "dímero D"),
}
RESULTS = {
    "negative": Text("negative", "resultado negativo"),
    "positive": Text("positive", "resultado positivo"),
    "not_done": Text("not done", "sin hacer"),
}
# One result as it stands in the record: "scan negative".
TOLD_RESULTS = {
    (test, result): Text(f"{of.en} {what.en}", f"{of.es}, {what.es}")
    for test, of in TESTS.items()
    for result, what in RESULTS.items()
}

SENTENCES = (
    *texts_in(globals()),
    *WAYS.values(),
    *ANSWERED.values(),
    *TESTED.values(),
    *TOLD_RESULTS.values(),
)
