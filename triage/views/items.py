"""The items a screening opened: close with an outcome, and sign."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from clinic.views.cases import recordable
from triage import actions, forms, pages


@login_required
@require_GET
def items(request, case_id):
    """List every item of every screening, the open ones first."""
    case = recordable(request, case_id)
    return render(request, "triage/items.html", pages.items_context(case, request.user))


def _refused(request, case, item, name, form):
    context = pages.items_context(case, request.user, bound=(item.pk, name, form))
    return render(request, "triage/items.html", context, status=422)


@login_required
@require_POST
def close(request, case_id, item_id):
    """Record how one item ended."""
    case = recordable(request, case_id)
    pages.signing(request, case)
    item = pages.find_item(case, item_id)
    form = forms.CloseItem(request.POST, case=case, item=item)

    def act(data):
        given = {name: data[name] for name in ("scan", "repeat_scan", "d_dimer", "discharged") if name in data}
        actions.close_item(
            case=case,
            version=data["version"],
            item_id=item.pk,
            outcome=data["outcome"],
            text=data["text"],
            by=request.user,
            at=timezone.now(),
            **given,
        )

    if pages.attempt(form, act):
        messages.success(request, gettext("%(row)s: outcome recorded.") % {"row": item.row})
        return redirect("triage:items", case_id=case.pk)
    return _refused(request, case, item, "close_form", form)


@login_required
@require_POST
def sign(request, case_id, item_id):
    """Sign for one item."""
    case = recordable(request, case_id)
    pages.signing(request, case)
    item = pages.find_item(case, item_id)
    form = forms.SignItem(request.POST, case=case, item=item)

    def act(data):
        actions.sign_off(
            case=case,
            version=data["version"],
            item_id=item.pk,
            kind=data["kind"],
            reason=data["reason"],
            limits=data.get("limits", ""),
            by=request.user,
            at=timezone.now(),
        )

    if pages.attempt(form, act):
        messages.success(request, gettext("%(row)s: signature recorded.") % {"row": item.row})
        return redirect("triage:items", case_id=case.pk)
    return _refused(request, case, item, "sign_form", form)
