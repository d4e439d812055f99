ALTER TABLE refund ADD COLUMN note text;
