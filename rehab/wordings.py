"""What a clinic says and shows of an exercise, in the admin: written by those who look after the clinic."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from clinic.access import clinics_administered
from clinic.language import said
from clinic.models import Clinic
from clinic.windows import Administered, Described
from rehab.forms import MediaForm
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, ExerciseMedia, Wording


def clinics_worded_by(person):
    """Return the clinics whose words and pictures this person writes."""
    return Clinic.objects.filter(pk__in=clinics_administered(person)).order_by("name")


def ways_to_words(code, person):
    """Return (clinic, where its words about an exercise are written) of each clinic that this person looks after."""
    clinics = list(clinics_worded_by(person))
    there = dict(Wording.objects.filter(exercise=code, clinic__in=clinics).values_list("clinic", "pk"))
    return [(clinic, _way(code, clinic.pk, there.get(clinic.pk))) for clinic in clinics]


def _way(code, clinic, wording):
    if wording:
        return reverse("admin:rehab_wording_change", args=[wording])
    return f"{reverse('admin:rehab_wording_add')}?{urlencode({'exercise': code, 'clinic': clinic})}"


class InTheFiles:
    """Two fields of a window: what the knowledge files say of the exercise of a row."""

    of_exercise = "exercise_id"  # the column of the row that names it

    @admin.display(description=_("cues"))
    def catalogue_cues(self, row):
        """What they tell a runner to do."""
        return self._said(row, "cues")

    @admin.display(description=_("faults"))
    def catalogue_faults(self, row):
        """What they tell a runner to avoid."""
        return self._said(row, "faults")

    def _said(self, row, what):
        """Return it; nothing where they no longer hold the exercise."""
        known = rehab_knowledge().exercises.get(getattr(row, self.of_exercise))
        return said(getattr(known, what)) if known else ""


class OwnWords(forms.ModelForm):
    """What a clinic says of an exercise.  Begun from the page of an exercise, it shows what the files say of it."""

    class Meta:
        model = Wording
        fields = ["exercise", "clinic", "name", "cues", "faults"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and self.initial.get("exercise") in rehab_knowledge().exercises:
            self.instance.exercise_id = self.initial["exercise"]

    def clean(self):
        """Let one at a time begin the words of a clinic: who comes second is told that they are there."""
        data = super().clean()
        if clinic := data.get("clinic"):
            Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
        return data


class OfOneWording(forms.BaseInlineFormSet):
    """The pictures and films of one exercise in one clinic."""

    def get_form_kwargs(self, index):
        """Tell each form whose picture it is: the row above may not be saved yet."""
        return {**super().get_form_kwargs(index), "wording": self.instance}


class MediaInline(Administered, admin.StackedInline):
    """Pictures and films of one exercise; what a file says it is, it must be."""

    model = ExerciseMedia
    form = MediaForm
    formset = OfOneWording
    verbose_name, verbose_name_plural = _("picture or film"), _("pictures and films")
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)  # no record names a picture


@admin.register(Wording)
class WordingAdmin(InTheFiles, Described, admin.ModelAdmin):
    """The words and pictures of one's own clinics, beside what the knowledge files say, which stays as it is."""

    form = OwnWords
    list_display = ["exercise", "name", "clinic"]
    list_select_related = ["exercise", "clinic"]
    search_fields = ["exercise__code", "exercise__name", "name", "clinic__name"]
    readonly_fields = ["catalogue_cues", "catalogue_faults"]
    fieldsets = [
        (None, {"fields": ["exercise", "clinic"]}),
        (_("In the knowledge files"), {"fields": readonly_fields}),
        (
            _("In the words of this clinic"),
            {
                "fields": ["name", "cues", "faults"],
                "description": _(
                    "Read by the runners and the people of this clinic alone. What is empty here is shown as in the "
                    "knowledge files."
                ),
            },
        ),
    ]
    inlines = [MediaInline]

    def get_queryset(self, request):
        """Leave out what another clinic says."""
        return super().get_queryset(request).filter(clinic__in=clinics_administered(request.user))

    def get_readonly_fields(self, request, obj=None):
        """Keep the words with their exercise and their clinic."""
        return [*self.readonly_fields, *(["exercise", "clinic"] if obj else [])]

    def formfield_for_foreignkey(self, field, request, **kwargs):
        """Offer the clinics that this person looks after, and what the catalogue still holds."""
        offered = {"clinic": clinics_worded_by(request.user), "exercise": Exercise.objects.filter(is_offered=True)}
        return super().formfield_for_foreignkey(field, request, queryset=offered[field.name], **kwargs)
