"""Types, functions and operator classes of the extensions that migrations use most: DROP EXTENSION is refused for them.

Source: the extensions' own control and SQL files. An extension that is not here is taken to provide nothing.
"""

PROVIDES: dict[str, tuple[str, ...]] = {
    "citext": ("citext",),
    "cube": ("cube",),
    "hstore": ("hstore",),
    "isn": ("ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"),
    "ltree": ("ltree", "lquery", "ltxtquery"),
    "moddatetime": ("moddatetime",),
    "pg_trgm": ("similarity", "word_similarity", "gin_trgm_ops", "gist_trgm_ops"),
    "pgcrypto": (
        "gen_random_bytes", "crypt", "gen_salt", "digest", "hmac", "encrypt", "decrypt",
        "pgp_sym_encrypt", "pgp_sym_decrypt", "pgp_pub_encrypt", "pgp_pub_decrypt",
    ),
    "postgis": ("geometry", "geography", "box2d", "box3d"),
    "postgis_raster": ("raster",),
    "seg": ("seg",),
    "uuid-ossp": ("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v3", "uuid_generate_v4", "uuid_generate_v5"),
    "unaccent": ("unaccent",),
    "vector": ("vector", "halfvec", "sparsevec", "vector_cosine_ops", "vector_ip_ops", "vector_l2_ops"),
}  # fmt: skip
