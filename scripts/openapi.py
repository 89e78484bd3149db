"""`make openapi`: write docs/openapi.yaml, the whole API without what a company has added."""

import os
import sys
from pathlib import Path

from scripts.serving.layout import ROOT

FILE = "docs/openapi.yaml"


def text() -> str:
    """The document as a file."""
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415  # needs Django
    from drf_spectacular.renderers import OpenApiYamlRenderer  # noqa: PLC0415

    document = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    written: bytes = OpenApiYamlRenderer().render(document, renderer_context={})
    return written.decode()


def main() -> int:
    import django  # noqa: PLC0415  # the settings are chosen first

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    Path(ROOT / FILE).write_text(text())
    print(f"{FILE} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
