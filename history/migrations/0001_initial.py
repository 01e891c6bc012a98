import django.db.models.deletion
from django.db import migrations, models

import history.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("reversion", "0002_add_index_on_version_for_content_type_and_db"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "size",
                    models.BigIntegerField(primary_key=True, serialize=False, verbose_name="size"),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("note", models.TextField(verbose_name="signed note")),
            ],
            options={
                "verbose_name": "checkpoint",
                "verbose_name_plural": "checkpoints",
                "ordering": ["-size"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "sequence",
                    models.BigIntegerField(
                        editable=False, primary_key=True, serialize=False, verbose_name="sequence"
                    ),
                ),
                ("kind", history.fields.CharField(max_length=100, verbose_name="kind")),
                ("actor", models.UUIDField(null=True, verbose_name="actor")),
                ("subject", models.UUIDField(verbose_name="subject")),
                ("request", models.UUIDField(verbose_name="request")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("digest", models.BinaryField(max_length=32, verbose_name="digest")),
                ("revision", models.PositiveIntegerField(null=True, verbose_name="revision")),
            ],
            options={
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
                "ordering": ["-sequence"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level",
                        "index",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("index", models.BigIntegerField(verbose_name="index")),
                ("hash", models.BinaryField(max_length=32, verbose_name="hash")),
            ],
            options={
                "verbose_name": "node",
                "verbose_name_plural": "nodes",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Payload",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="payload",
                        serialize=False,
                        to="history.entry",
                        verbose_name="entry",
                    ),
                ),
                ("salt", models.BinaryField(max_length=32, verbose_name="salt")),
                ("data", models.TextField(verbose_name="data")),
            ],
            options={
                "verbose_name": "payload",
                "verbose_name_plural": "payloads",
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["subject", "-sequence"], name="entry_by_subject"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["request"], name="entry_by_request"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["actor", "-sequence"], name="entry_by_actor"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revision__isnull", False)),
                fields=("subject", "revision"),
                name="entry_revision_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("sequence__gte", 0)), name="entry_sequence_counts_from_zero"
            ),
        ),
        migrations.AddField(
            model_name="payload",
            name="version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payload",
                to="reversion.version",
                verbose_name="version",
            ),
        ),
    ]
