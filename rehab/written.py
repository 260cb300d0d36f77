"""What the actions of this app write into the record, in both languages; read ``clinic.written`` first."""

from clinic.terms import Text, texts_in

TOLD_BEFORE = Text("Told before the visit", "Contado antes de la visita")
PLAN_DRAFTED = Text("Plan drafted", "Plan en borrador")
SIGN_PLAN = Text("Sign the plan", "Firmar el plan")
PLAN_SIGNED = Text("Plan signed", "Plan firmado")
ADDED = Text("Added to the plan: {exercise}. {typed}", "Añadido al plan: {exercise}. {typed}")
REPLACED = Text(
    "Replaced in the plan: {exercise} by {other}. {typed}", "Cambiado en el plan: {exercise} por {other}. {typed}"
)
REMOVED = Text("Taken out of the plan: {exercise}. {typed}", "Retirado del plan: {exercise}. {typed}")
MOVED_UP = Text("Moved up in the plan: {exercise}", "Subido en el plan: {exercise}")
MOVED_DOWN = Text("Moved down in the plan: {exercise}", "Bajado en el plan: {exercise}")
DOSE_CHANGED = Text("Dose changed: {exercise}", "Dosis cambiada: {exercise}")

STEP_WAITS = Text("A step up waits for your tap", "Un paso adelante espera su visto bueno")
NO_STEP_WAITS = Text("No step waits any more", "Ya no espera ningún paso")
STEP_TAKEN = Text("Step taken: {what}", "Paso dado: {what}")
STEP_DECLINED = Text("Step declined: {what}. {typed}", "Paso rechazado: {what}. {typed}")
RUNNING_STAGE = Text("running stage {stage:g}", "etapa de carrera {stage:g}")
EXERCISE_LEVEL = Text("{exercise}, level {level:g}", "{exercise}, nivel {level:g}")

DISCHARGE = Text(
    "Discharge is suggested: every condition is met", "Se propone el alta: se cumplen todas las condiciones"
)
MEASURES_DUE = Text("Outcome measures are due: score them", "Tocan las medidas de resultado: puntúelas")
MEASURES_ASKED = Text(
    "Outcome measures are due: the runner is asked on the phone, score what stays without an answer",
    "Tocan las medidas de resultado: se preguntan al corredor en el teléfono, puntúe las que queden sin respuesta",
)
ALL_SCORED = Text("Every measure that was due is scored", "Todas las medidas pendientes están puntuadas")
NO_DISCHARGE = Text("Not every condition is met any more", "Ya no se cumplen todas las condiciones")
PLAN_MISFIT = Text(
    "The plan no longer fits the tests, draft it again", "El plan ya no encaja con las pruebas, vuelva a elaborarlo"
)
FAILS_NOW = Text("fails now and is not trained: {needs}", "ahora no se supera y no se entrena: {needs}")
PASSES_NOW = Text("passes now: {needs}", "ahora se supera: {needs}")
TESTED_AGAIN = Text("The tests were done again", "Se repitieron las pruebas")
RUNNING_BEGUN = Text("Return to running begun: stage 0", "Vuelta a correr empezada: etapa 0")
RUNNING_RESUMED = Text("Running goes on at stage {stage:g}: {typed}", "Sigue corriendo en la etapa {stage:g}: {typed}")
READINESS = Text("Tried before the first run", "Probado antes de la primera carrera")
PAIN_LIMIT = Text("Pain up to {points:g} is allowed: {typed}", "Se permite dolor hasta {points:g}: {typed}")
TREATED = Text("Treatment recorded: {treatment}, {typed}", "Tratamiento registrado: {treatment}, {typed}")
CASE_CLOSED = Text("Case closed: {typed}", "Caso cerrado: {typed}")

SIDES = {"left": Text("left side", "lado izquierdo"), "right": Text("right side", "lado derecho")}

# What was waited for has come, by the task it ends: nobody has to say so once more.
HAS_COME = {
    "no_log": Text("The runner has logged again", "El corredor ha vuelto a anotar"),
    "reassess_failed": Text("The failed tests were repeated", "Se repitieron las pruebas no superadas"),
    "reassess_all": Text("All tests were repeated", "Se repitieron todas las pruebas"),
}

SENTENCES = (*texts_in(globals()), *HAS_COME.values(), *SIDES.values())
