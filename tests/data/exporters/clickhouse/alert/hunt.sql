-- traque 0.0.0, made 2026-01-15, action alert
-- CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
-- renew or remove by 2026-02-14
-- 'logs' is the table to search; every column is read as text.
SELECT *, arrayDistinct(arrayFlatten(arrayMap(cell -> traqueHits(cell), [* APPLY(toString)]))) AS traque
FROM logs
WHERE notEmpty(traque);
