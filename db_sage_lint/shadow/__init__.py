"""The shadow: a throw-away PostgreSQL on which migrations are run and watched. Only this package imports psycopg."""
