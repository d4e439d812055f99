-- supabase_vault: its objects are part of the supabase prelude.
SELECT;
