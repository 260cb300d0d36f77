"""A person's own choices: in which language the pages speak, and in which units."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from clinic import actions, forms
from clinic.access import works_here


@login_required
def preferences(request):
    """Show the choices of the person signed in, and keep what they choose."""
    chosen = {"language": request.user.language, "units": request.user.units}
    form = forms.Preferences(request.POST if request.method == "POST" else None, initial=chosen)
    if form.is_valid():
        actions.keep_preferences(person=request.user, **form.cleaned_data)
        with translation.override(request.user.language):
            messages.success(request, _("Your settings are saved."))
        return redirect("clinic:preferences")
    status = 422 if form.is_bound else 200
    context = {"form": form, "works_here": works_here(request.user)}
    return render(request, "clinic/preferences.html", context, status=status)
