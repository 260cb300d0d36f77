"""The referral letter as a file, for whoever may record in the case."""

from django.contrib.auth.decorators import login_required
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.language import wanted_language
from clinic.paper import answer_with
from clinic.views.cases import recordable
from triage.paper import FILE_NAME, letter


@login_required
@require_GET
def letter_pdf(request, case_id):
    """Send the letter, in the language asked for, else in that of who asks."""
    case = recordable(request, case_id, taking=True)
    return answer_with(letter(case, request.user, timezone.localtime(), wanted_language(request)), FILE_NAME)
