from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.AddField("order", "paid", models.BooleanField(default=False)),
        migrations.AlterField("order", "note", models.CharField(max_length=200, blank=True)),
        migrations.AlterField("order", "total", models.FloatField()),
        migrations.RenameField("order", "customer", "buyer"),
        migrations.AlterField("order", "buyer", models.ForeignKey(null=True, on_delete=models.CASCADE, to="people.person")),
        migrations.AddField("order", "code", models.CharField(max_length=9)),
    ]
