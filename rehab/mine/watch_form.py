"""The forms of a watch's runs: the files, and what the watch cannot know of each run."""

from dataclasses import asdict, replace
from decimal import Decimal
from math import ceil

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.language import said
from rehab.actions import RunTold, SessionTold
from rehab.mine.plain import PlainForm
from rehab.mine.run_form import FOLDED, RunForm
from rehab.mine.watch import day_of
from rehab.runs import problem
from rehab.runs.archive import MOST_ARCHIVE_BYTES, is_archive

MOST_FILES = 30
BY_WATCH = ("key", "day", "distance", "run_minutes", "walk_minutes", "longest_run_minutes", "cadence")


def is_export(file):
    """Return whether an uploaded file is a ZIP; it is told by what it holds."""
    head = file.read(4) if file else b""
    if file:
        file.seek(0)
    return is_archive(head)


class ManyFiles(forms.ClearableFileInput):
    """A choice of several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; cleaned to a list."""

    widget = ManyFiles(attrs={"accept": ".gpx,.tcx,.fit,.gz,.zip"})

    def clean(self, data, initial=None):
        """Return the files; too many at once are refused."""
        files = data if isinstance(data, list | tuple) else [data]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Send at most 30 files at once."))
        if len(files) > 1 and any(is_export(file) for file in files):
            raise forms.ValidationError(_("Send a ZIP by itself, without other files."))
        if any(is_export(file) and file.size > MOST_ARCHIVE_BYTES for file in files):
            raise forms.ValidationError(said(problem("archive_too_big").text))
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class Upload(PlainForm):
    """The files of a watch."""

    files = FilesField(label=_("Files of your watch"), allow_empty_file=True, max_length=200)


class WatchRun(RunForm):
    """A run that a watch recorded: its figures are known, how it felt is asked."""

    doors = ("rehab:my_keep",)

    def __init__(self, *args, run, **kwargs):
        self.watched = run
        super().__init__(*args, **kwargs)
        for name in BY_WATCH:
            del self.fields[name]
        self.fields["pain_after"].label = _("Pain just after it")

    @property
    def folded(self):
        """Return the fields that are folded away, in order."""
        return [self[name] for name in FOLDED if name in self.fields and name != "pain_after"]

    @property
    def folded_is_wrong(self):
        """Return whether something folded away must be mended, so that it has to be open."""
        return self.is_bound and any(field.errors for field in self.folded)

    def clean(self):
        """Put in what the watch knows; then what holds for every run holds for this one."""
        figures = asdict(replace(self.watched, segments=()))
        known = {name: _decimal(figures[name]) for name in ("run_minutes", "walk_minutes", "longest_run_minutes")}
        known |= {"distance": None, "cadence": self.watched.cadence, "day": day_of(self.watched)}
        self.cleaned_data |= known | {"began": self.watched.began}
        return super().clean()

    def run(self):
        """Return what was run, with the figures of the watch."""
        told, watched = super().run(), self.watched
        segments = tuple({"kind": part.kind, "minutes": part.minutes} for part in watched.segments)
        return RunTold(
            **asdict(told)
            | {
                "km": _decimal(watched.km),
                "longest_run_minutes": _decimal(watched.longest_run_minutes),
                "elevation_m": watched.elevation_m,
                "segments": segments,
                "source": watched.source,
                "fingerprint": watched.fingerprint,
            }
        )

    def session(self):
        """Return the run as a session; its minutes are those in motion."""
        return SessionTold(**self.told() | {"minutes": ceil(self.watched.minutes)})


def _decimal(value):
    return None if value is None else Decimal(str(value))
