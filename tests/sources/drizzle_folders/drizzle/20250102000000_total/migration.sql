ALTER TABLE "orders" ADD COLUMN "total" numeric;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "i" ON "orders" ("total");
