"""Two people with one page of the admin open: who saves second is told, and nothing of the first is overwritten.

The page carries a seal of the row and of the rows beneath it as they were read; what is saved must still bear it.
"""

import json

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

AS_READ = "as_read"  # the hidden field of templates/admin/change_form.html
BY_THEMSELVES = {"last_login", "session_secret"}  # columns that change without anybody editing the row
CHANGED = _(
    "Somebody else changed this while you had it open, so nothing was saved. What you typed is still below: look at it "
    "as it is now, and put in there what still holds."
)


def rows_of(queryset):
    """Return the columns of these rows, in the order of their keys."""
    columns = [f.attname for f in queryset.model._meta.concrete_fields if f.attname not in BY_THEMSELVES]
    return list(queryset.order_by("pk").values(*columns))


class AsReadForm:
    """A form about a row that is saved only as it was when the form was shown.  ``page``: what it stands on."""

    page = request = None

    def clean(self):
        """Read the row anew and keep others from it until it is saved; refuse what somebody changed meanwhile."""
        self.instance.refresh_from_db(from_queryset=type(self.instance)._base_manager.select_for_update(of=["self"]))
        seen = self.data.get(AS_READ, "")
        if not constant_time_compare(seen, self.page.seal_of(self.request, self.instance)):
            self.request.came_late = True
            raise forms.ValidationError(CHANGED, code="changed")
        return super().clean()


class SavedAsRead:
    """A page of the admin about one row: of two who edit it at once, neither overwrites the other unasked."""

    def seal_of(self, request, row):
        """Return a seal of a row and of the rows beneath it that this person is shown; nobody else can make one."""
        read = [rows_of(self.model._base_manager.filter(pk=row.pk))]
        for inline in self.get_inline_instances(request, row):
            formset = inline.get_formset(request, row)
            read.append(rows_of(inline.get_queryset(request).filter(**{formset.fk.name: row})))
        told = json.dumps(read, cls=DjangoJSONEncoder)
        return Signer(salt=f"{AS_READ} {self.opts.label}").signature(told)

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Let the form of a row that is there know what it stands on."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (AsReadForm, form), {"page": self, "request": request}) if change else form

    def render_change_form(self, request, context, add=False, change=False, obj=None, **kwargs):
        """Show the seal with the row; a form that is shown again keeps the one that it was filled in under."""
        if change and obj is not None:
            context[AS_READ] = request.POST.get(AS_READ, "") if request.POST else self.seal_of(request, obj)
            context["came_late"] = getattr(request, "came_late", False)
        answer = super().render_change_form(request, context, add=add, change=change, obj=obj, **kwargs)
        answer.status_code = 409 if context.get("came_late") else answer.status_code
        return answer
