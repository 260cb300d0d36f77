"""What the front page of the admin says is true of whoever reads it: what they change here, and what they read."""

from django import template

from clinic.access import may_administer, may_read_clinical

register = template.Library()
register.filter("changes_here", may_administer)
register.filter("reads_here", may_read_clinical)
