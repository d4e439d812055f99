CREATE TABLE public.orders (id bigint NOT NULL);
