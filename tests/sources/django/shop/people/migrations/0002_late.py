from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("orders", "__latest__"), ("people", "0000_gone")]

    operations = [
        migrations.RemoveField("person", "name"),
    ]
