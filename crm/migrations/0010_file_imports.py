from django.db import migrations, models
from django.db.migrations.state import StateApps

PERMISSION_BEFORE, PERMISSION = "crm.lead.import", "crm.import.use"
KIND_BEFORE, KIND = "crm.lead_import", "crm.file_import"


def rename(apps: StateApps, _schema: object) -> None:
    apps.get_model("core", "Grant").objects.filter(permission=PERMISSION_BEFORE).update(
        permission=PERMISSION
    )
    apps.get_model("core", "JobRun").objects.filter(kind=KIND_BEFORE).update(kind=KIND)
    apps.get_model("core", "AuditEvent").objects.filter(object_type="crm.leadimport").update(
        object_type="crm.fileimport"
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0012_names"), ("crm", "0009_tables_in_files")]

    operations = [
        migrations.RemoveConstraint("RefusedRow", "crm_refused_row_once"),
        migrations.RenameModel("LeadImport", "FileImport"),
        migrations.RenameField("RefusedRow", "lead_import", "file_import"),
        migrations.AddConstraint(
            "RefusedRow",
            models.UniqueConstraint(
                fields=["file_import", "row_number"], name="crm_refused_row_once"
            ),
        ),
        migrations.RunPython(rename, migrations.RunPython.noop),
    ]
