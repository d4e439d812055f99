-- pg_graphql: its objects are part of the supabase prelude.
SELECT;
