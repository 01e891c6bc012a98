import uuid

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0010_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="presence", name="presence_once"),
        migrations.AddField(
            model_name="presence",
            name="visit",
            field=models.UUIDField(default=uuid.uuid4, verbose_name="visit"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="presence",
            name="left",
            field=models.BooleanField(default=False, verbose_name="left"),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(
                fields=("article", "user", "visit"), name="presence_once"
            ),
        ),
    ]
