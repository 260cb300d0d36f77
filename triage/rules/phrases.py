"""The sentences that the rules of safety and of the tests give as their reasons, in both languages.

The record keeps the English with its values put in; a page finds the sentence again and says it in its own language
(``clinic.phrases``).  A place with a format is a number, ``{cut:g}``; one without is a word or another sentence.
"""

from clinic.terms import Text, texts_in

# --- A measurement against its lines -------------------------------------------------------------------------

MEASURED = Text("{value:g} {unit}, {words}", "{value:g} {unit}, {words}")
NO_CUT = Text("{value:g} {unit}; there is no cut-off", "{value:g} {unit}; no hay valor de corte")
NO_AGE_FOR_NORM = Text(
    "{value:g} {unit}; the age for the norm is not known", "{value:g} {unit}; no se conoce la edad para la norma"
)
NO_AGE_FOR_PREDICTION = Text(
    "{value:g} {unit}; the age for the prediction is not known",
    "{value:g} {unit}; no se conoce la edad para la predicción",
)
NEEDS_FACT = Text(
    "{value:g} {unit}; counts only together with {fact}", "{value:g} {unit}; solo cuenta junto con {fact}"
)
BELOW = Text("below {cut:g}", "por debajo de {cut:g}")
BELOW_MEAN = Text("below the mean {mean:g}", "por debajo de la media {mean:g}")
BETWEEN_CUTS = Text("between the cut-offs {low:g} and {high:g}", "entre los valores de corte {low:g} y {high:g}")
BELOW_MEAN_ONLY = Text(
    "below the mean {mean:g} but not below {cut:g}", "por debajo de la media {mean:g}, pero no de {cut:g}"
)
AT_LEAST = Text("at least {cut:g}", "al menos {cut:g}")
FAILS_TO = Text("up to {cut:g} it fails", "hasta {cut:g} no se supera")
FAILS_FROM = Text("from {cut:g} on it fails", "desde {cut:g} no se supera")
FAILS_ABOVE = Text("above {cut:g}", "por encima de {cut:g}")
NOTED_FROM = Text("noted from {cut:g}", "se anota desde {cut:g}")
NOTED_BELOW = Text("noted below {cut:g}", "se anota por debajo de {cut:g}")
NOTED_ABOVE = Text("noted above {cut:g}", "se anota por encima de {cut:g}")
INSIDE = Text("inside the reference", "dentro de la referencia")
OF_NORM = Text("{words} ({share:.0%} of the norm)", "{words} ({share:.0%} de la norma)")
PREDICTED = Text("{words} (predicted for age and sex)", "{words} (previsto para la edad y el sexo)")
MORE_THAN_OTHER = Text("{more:.1f} more than the other side", "{more:.1f} más que el otro lado")
SHARE_OF_OTHER = Text(
    "less than {share:.0%} of the other side ({other:g})", "menos del {share:.0%} del otro lado ({other:g})"
)
LESS_THAN_OTHER = Text(
    "over {gap:g} less than the other side ({other:g})", "más de {gap:g} menos que el otro lado ({other:g})"
)
LIKE_OTHER = Text("like the other side ({other:g})", "como el otro lado ({other:g})")

# --- One test on one side ------------------------------------------------------------------------------------

LEFT = Text("{test} (left): {why}", "{test} (izquierda): {why}")
NO_SIDE = Text("{test}: {why}", "{test}: {why}")
RIGHT = Text("{test} (right): {why}", "{test} (derecha): {why}")
PAIN = Text("pain {pain:g}/10 (fails from {limit:g})", "dolor {pain:g}/10 (no se supera desde {limit:g})")
NO_POSITION = Text("pain, or the position could not be taken", "dolor, o no se pudo adoptar la posición")
NO_VALUE = Text("no value", "sin valor")
OVERSTRIDE = Text("Symptomatic overstride", "Zancada demasiado larga con síntomas")
NODULE = Text(
    "A taut-band nodule reproduces the familiar pain", "Un nódulo en una banda tensa reproduce el dolor conocido"
)
RECORDED_FAILED = Text("{need}: recorded as failed", "{need}: registrado como no superado")

# --- Safety --------------------------------------------------------------------------------------------------

HELD = Text(
    "{title}. Answers or signs not recorded: {count:g}.", "{title}. Respuestas o signos sin registrar: {count:g}."
)
HELD_BEFORE = Text("{title}. Not recorded: {codes}.", "{title}. Sin registrar: {codes}.")  # as records of old say it
UNSIGNED = Text("{title}. A signature is missing.", "{title}. Falta una firma.")
MUST_NOT_LOAD = Text(
    "{cause} must not be loaded before a specialist's release.",
    "{cause} no debe cargarse antes del alta de un especialista.",
)

# --- Units, as a test names them -----------------------------------------------------------------------------

REPETITIONS = Text("reps", "rep.")
DEGREES = Text("deg", "grados")
DEVIATIONS = Text("deviations", "desviaciones")
GRADE = Text("grade", "grado")
POINTS = Text("points", "puntos")
RATIO = Text("ratio", "cociente")
SCORE = Text("score", "puntuación")
STEPS = Text("steps/min", "pasos/min")
YES = Text("yes=1", "sí=1")

SENTENCES = texts_in(globals())
