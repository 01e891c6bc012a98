"""Model fields whose text is canonical on every way into the database."""

from typing import Any

from django.db import models

from . import canonical


class CanonicalText(models.Field):
    """Applies ``canonical.text`` to values from forms, code, ``update()`` and bulk paths."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return canonical.text(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return canonical.text(value) if isinstance(value, str) else value

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = super().pre_save(instance, add)
        if isinstance(value, str):
            # The instance then holds what the row holds.
            value = canonical.text(value)
            setattr(instance, self.attname, value)
        return value


class CharField(CanonicalText, models.CharField):
    pass


class TextField(CanonicalText, models.TextField):
    pass


class JSONField(models.JSONField):
    """JSON whose strings are canonical text."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(canonical.normal(value))

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = canonical.normal(super().pre_save(instance, add))
        setattr(instance, self.attname, value)
        return value
