from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0003_inside")]

    operations = [
        AddIndexConcurrently("order", models.Index(fields=["-paid"], name="order_paid")),
        migrations.RunSQL(
            """
            COMMENT ON TABLE orders_order IS 'orders';
            CREATE INDEX CONCURRENTLY order_code ON orders_order (code);
            """,
            reverse_sql="DROP INDEX order_code",
        ),
    ]
