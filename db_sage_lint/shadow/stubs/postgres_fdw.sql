-- postgres_fdw: servers, user mappings and foreign tables can be made with it, and no row is ever fetched.
CREATE FOREIGN DATA WRAPPER postgres_fdw;
