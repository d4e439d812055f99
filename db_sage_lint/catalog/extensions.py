"""Types and functions of the extensions that migrations use most, by which DROP EXTENSION is known to be refused.

Source: the extensions' own control and SQL files. An extension that is not here is taken to provide nothing.
"""

PROVIDES: dict[str, tuple[str, ...]] = {
    "citext": ("citext",),
    "cube": ("cube",),
    "hstore": ("hstore",),
    "isn": ("ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"),
    "ltree": ("ltree", "lquery", "ltxtquery"),
    "pgcrypto": ("gen_random_bytes", "crypt", "gen_salt", "digest"),
    "postgis": ("geometry", "geography", "box2d", "box3d"),
    "postgis_raster": ("raster",),
    "seg": ("seg",),
    "uuid-ossp": ("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v3", "uuid_generate_v4", "uuid_generate_v5"),
    "vector": ("vector", "halfvec", "sparsevec"),
}
