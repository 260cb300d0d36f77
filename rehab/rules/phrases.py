"""The sentences that the choice of exercises and treatments gives as its reasons, in both languages.

Written as in ``triage.rules.phrases``: the record keeps the English, a page says it again in its own language.  A code
of a need, a cause or an exercise stays a code; the page puts it into words.
"""

from clinic.terms import Text, texts_in

# --- Gates: may this exercise be given today? ----------------------------------------------------------------

BLOCKED = Text("{exercise} was ruled out for this runner", "{exercise} se descartó para este corredor")
ALARM = Text("Forbidden by an open or confirmed alarm: {what}", "Prohibido por una alarma abierta o confirmada: {what}")
MASSAGE_LOCK = Text(
    "Massage and release are locked until a clot is excluded",
    "El masaje y la liberación están bloqueados hasta descartar un trombo",
)
PRESENT = Text("Present: {question}", "Presente: {question}")
NOT_ASKED = Text("Not asked yet: {question}", "Aún sin preguntar: {question}")
ONLY_WITH = Text("Only with the recorded diagnosis {causes}", "Solo con el diagnóstico registrado {causes}")
CLOSED_WITH = Text(
    "Closed with {cause} until a specialist's release", "Cerrado con {cause} hasta el alta de un especialista"
)
AT_MOST_LEVEL = Text(
    "With {cause} at most level {level:g} until a specialist's release",
    "Con {cause}, como máximo el nivel {level:g} hasta el alta de un especialista",
)
NO_ONSET = Text("The day it began is not known", "No se sabe qué día empezó")
NOT_BEFORE_DAY = Text("Not before day {day:g}", "No antes del día {day:g}")
NOT_IN_HOURS = Text(
    "Not in the first {hours:g} hours of a strain", "No en las primeras {hours:g} horas de una distensión"
)
WALK_FIRST = Text("Normal walking must be attempted first", "Antes hay que intentar caminar con normalidad")
WALK_PAIN = Text("Pain when walking: at most {limit:g} of 10", "Dolor al caminar: como máximo {limit:g} de 10")
LEVEL_REACHED = Text("{exercise} must have reached level {level:g}", "{exercise} debe haber llegado al nivel {level:g}")
IS_RUNNING = Text(
    "From level {level:g} on this is running and waits for the entry criteria",
    "Desde el nivel {level:g} esto es correr y espera a los criterios de entrada",
)
RAISES = Text(
    "Single heel raise: at least {count:g} on each side",
    "Elevación de un talón: al menos {count:g} en cada lado",
)
RAISES_EVEN = Text(
    "Single heel raise: the weaker side at least {percent:g} % of the other",
    "Elevación de un talón: el lado más débil, al menos el {percent:g} % del otro",
)
STRAIN_PAIN = Text(
    "After a grade {grade} strain only with pain of at most {limit:g} of 10",
    "Tras una distensión de grado {grade}, solo con dolor de {limit:g} de 10 como máximo",
)
NEEDS = Text("Needs: {names}", "Necesita: {names}")

# --- The choice of exercises ---------------------------------------------------------------------------------

CHALLENGES = Text("it challenges {needs}", "trabaja {needs}")
NO_NEED = Text("it has no primary need", "no tiene una necesidad principal")
CHOSEN = Text(
    "Chosen because {need} failed; {challenges}; rule {rule}",
    "Elegido porque {need} no se superó; {challenges}; regla {rule}",
)
FORCED = Text("{sentence} (rule {rule}; {challenges})", "{sentence} (regla {rule}; {challenges})")
INSTEAD = Text("in place of {exercise}: {why}", "en lugar de {exercise}: {why}")
NONE_FAILED = Text("No test is recorded as failed", "No hay ninguna prueba registrada como no superada")
NO_DEFAULT = Text(
    "There is no default plan for this strain: its grade is not I or II, or is not known",
    "No hay un plan por defecto para esta distensión: su grado no es I ni II, o no se conoce",
)
DEFAULT = Text(
    "Default for a mild strain when no test failed; {challenges}",
    "Por defecto en una distensión leve cuando ninguna prueba dejó de superarse; {challenges}",
)
RAISE_HURTS = Text(
    "A double heel raise hurts more than {limit:g} of 10",
    "Una elevación de ambos talones duele más de {limit:g} de 10",
)
TAKEN_OUT = Text("{exercise}: taken out", "{exercise}: retirado")
UNANSWERED = Text(
    "No exercise in this plan answers {need}. {whys}", "Ningún ejercicio de este plan responde a {need}. {whys}"
)
STARTS_HERE = Text("The calf starts here: {why}", "La pantorrilla empieza aquí: {why}")
CONTRIBUTOR = Text(
    "Reviewed first, the likely contributor: {what}", "Se revisa primero lo que probablemente contribuye: {what}"
)
LOCKED = Text(
    "The screening is incomplete, or an item of level E or D is open",
    "El cribado está incompleto, o hay un punto de nivel E o D abierto",
)
NO_DIAGNOSIS = Text(
    "No diagnosis is recorded: a draft for the clinician, not a plan",
    "No hay un diagnóstico registrado: es un borrador para el clínico, no un plan",
)

# --- Treatments ----------------------------------------------------------------------------------------------

COUNTS_AS_PRESENT = Text(
    "{what} (not assessed, so it counts as present)", "{what} (sin evaluar, así que cuenta como presente)"
)
OFFERED_FOR = Text("The table offers {treatment} for {codes} only", "La tabla ofrece {treatment} solo para {codes}")

SENTENCES = texts_in(globals())
