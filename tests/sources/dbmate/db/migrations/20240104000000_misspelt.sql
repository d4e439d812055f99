-- migrate:up transaction=false
SELECT 1;

-- migrate:down
