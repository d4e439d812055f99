from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("customer", models.ForeignKey(on_delete=models.CASCADE, to="people.person")),
                ("note", models.CharField(max_length=100, blank=True)),
                ("total", models.DecimalField(max_digits=12, decimal_places=2)),
            ],
        ),
    ]
