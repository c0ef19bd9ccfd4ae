-- traque 0.0.0, made 2026-01-15, action alert
-- CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
-- renew or remove by 2026-02-14
-- 'logs' is the table or view to search, for example:
--   CREATE VIEW logs AS SELECT * FROM read_csv_auto('proxy-*.csv');
SELECT * FROM traque_hits('logs');
