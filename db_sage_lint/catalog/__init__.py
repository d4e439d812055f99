"""The schema, replayed statement by statement."""

from db_sage_lint.catalog.catalog import Catalog as Catalog
