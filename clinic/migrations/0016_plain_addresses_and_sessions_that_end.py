import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

import clinic.ids
import clinic.models.people


def written_plainly(apps, schema_editor):
    """Write each address in its one form, and give each person a secret of their own.  Two of one address stop it."""
    for person in apps.get_model("clinic", "Person").objects.all():
        person.email, person.session_secret = clinic.ids.plain_address(person.email), clinic.ids.new_secret()
        person.save(update_fields=["email", "session_secret"])


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0015_audit"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="session_secret",
            field=models.CharField(default=clinic.ids.new_secret, editable=False, max_length=32),
        ),
        migrations.RunPython(written_plainly, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Exact(
                        clinic.models.people.Bytes("email"), django.db.models.functions.text.Length("email")
                    ),
                    django.db.models.lookups.Exact(
                        django.db.models.functions.text.Lower("email"), models.F("email")
                    ),
                ),
                name="person_email_plain",
            ),
        ),
    ]
