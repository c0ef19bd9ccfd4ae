-- traque 0.0.0, made 2026-01-15, action alert
-- CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
-- renew or remove by 2026-02-14
TRUNCATE TABLE traque.indicators;
INSERT INTO traque.indicators FROM INFILE 'indicators.csv'
    SETTINGS format_csv_allow_single_quotes = 0 FORMAT CSVWithNames;
SYSTEM RELOAD DICTIONARY traque.known;
SYSTEM RELOAD DICTIONARY traque.networks;
