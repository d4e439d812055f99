-- django.contrib.sessions, as Django 5.2 makes it
CREATE TABLE IF NOT EXISTS django_session (
  session_key varchar(40) NOT NULL PRIMARY KEY, session_data text NOT NULL, expire_date timestamptz NOT NULL);
