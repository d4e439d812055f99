CREATE TABLE "orders" (
	"id" bigint PRIMARY KEY,
	"customer" bigint NOT NULL
)
--> statement-breakpoint
CREATE TABLE "parts" ("id" bigint PRIMARY KEY)
