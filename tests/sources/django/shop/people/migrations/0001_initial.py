from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[("id", models.AutoField(primary_key=True)), ("name", models.TextField())],
            options={"db_table": "human"},
        ),
    ]
