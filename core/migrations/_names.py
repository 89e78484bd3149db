"""Names and help texts of many fields at once, which no database knows of."""

from typing import Any

from django.db import migrations


class Names(migrations.SeparateDatabaseAndState):
    """Changes the state alone, and lets the models be drawn up once instead of once a field.

    On a fresh database that is a second instead of seven.
    """

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)
