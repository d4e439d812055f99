from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_fields")]

    operations = [
        AddIndexConcurrently("order", models.Index(fields=["total"], name="order_total")),
    ]
