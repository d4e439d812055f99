from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_outside")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("ALTER TABLE orders_order DROP COLUMN note")],
            state_operations=[migrations.RemoveField("order", "note")],
        ),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.RenameModel("Order", "Purchase"),
        invented("Purchase"),
    ]
