COMMENT ON TABLE orders IS 'what was bought';
