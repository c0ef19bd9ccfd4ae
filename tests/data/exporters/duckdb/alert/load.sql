-- traque 0.0.0, made 2026-01-15, action alert
-- CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
-- renew or remove by 2026-02-14
BEGIN;
CREATE OR REPLACE TABLE traque_indicators AS
SELECT * FROM read_csv('indicators.csv', header = true, auto_detect = false,
    delim = ',', quote = '"', escape = '"', new_line = '\n', max_line_size = 1000000,
    columns = {'list': 'VARCHAR', 'value': 'VARCHAR', 'first': 'VARCHAR', 'last': 'VARCHAR', 'below': 'BOOLEAN',
        'kind': 'VARCHAR', 'role': 'VARCHAR', 'tlp': 'VARCHAR', 'bulletin': 'VARCHAR', 'actors': 'VARCHAR',
        'expires': 'DATE'});

-- An address of either family as 32 hex digits, IPv4 as ::ffff:a.b.c.d; NULL for other text.
CREATE OR REPLACE MACRO traque_octets(t) AS
    list_transform(string_split(t, '.'), lambda x: TRY_CAST(x AS INTEGER));
CREATE OR REPLACE MACRO traque_ipv4(t) AS CASE
    WHEN regexp_full_match(t, '[0-9]{1,3}(\.[0-9]{1,3}){3}') AND list_max(traque_octets(t)) < 256
    THEN '00000000000000000000ffff' || array_to_string(
        list_transform(traque_octets(t), lambda x: format('{:02x}', x)), '')
    END;
CREATE OR REPLACE MACRO traque_groups(t) AS
    list_filter(string_split(t, ':'), lambda x: x <> '');
CREATE OR REPLACE MACRO traque_ipv6(t) AS CASE
    WHEN regexp_full_match(t, '[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}')
    THEN array_to_string(list_transform(traque_groups(t), lambda x: lpad(x, 4, '0')), '')
    WHEN regexp_full_match(t, '([0-9a-f]{1,4}(:[0-9a-f]{1,4}){0,6})?::([0-9a-f]{1,4}(:[0-9a-f]{1,4}){0,6})?')
        AND len(traque_groups(t)) < 8
    THEN array_to_string(list_transform(traque_groups(split_part(t, '::', 1)), lambda x: lpad(x, 4, '0')), '')
        || repeat('0000', CAST(8 - len(traque_groups(t)) AS BIGINT))
        || array_to_string(list_transform(traque_groups(split_part(t, '::', 2)), lambda x: lpad(x, 4, '0')), '')
    END;
CREATE OR REPLACE MACRO traque_ip(t) AS coalesce(
    traque_ipv4(regexp_replace(t, '^::ffff:', '')), traque_ipv6(t));

-- A name and the names above it; a key and the keys above it.
CREATE OR REPLACE MACRO traque_names(t) AS list_transform(
    range(1, len(string_split(t, '.')) + 1), lambda i: array_to_string(string_split(t, '.')[i:], '.'));
CREATE OR REPLACE MACRO traque_keys(t) AS list_transform(
    range(1, len(string_split(t, '\')) + 1), lambda i: array_to_string(string_split(t, '\')[:i], '\'));

-- Every row of a table or view that holds an indicator, with the column and the cell that does.
CREATE OR REPLACE MACRO traque_hits(logs) AS TABLE
WITH cells AS (
    UNPIVOT (SELECT row_number() OVER () AS row, CAST(COLUMNS(*) AS VARCHAR) FROM query_table(logs))
    ON COLUMNS(* EXCLUDE (row)) INTO NAME field VALUE cell
), texts AS (
    SELECT row, field, cell, trim(lower(cell)) AS text FROM cells
), hosts AS (
    SELECT *, trim(regexp_extract(text,
        '^(?:[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?)?(\[[0-9a-f:.]+\]|[^/?#:@\s]+|[0-9a-f:.]+)(?::[0-9]{1,5})?(?:[/?#].*)?$',
        1), '[].') AS host FROM texts
), candidates AS (
    SELECT row, field, cell, list, text AS key, true AS itself FROM texts
        CROSS JOIN (SELECT DISTINCT list FROM traque_indicators WHERE list NOT IN ('ip', 'net', 'domain'))
    UNION ALL
    SELECT row, field, cell, 'ip', traque_ip(host), true FROM hosts WHERE host <> ''
    UNION ALL
    SELECT row, field, cell, 'domain', unnest(traque_names(host)),
        generate_subscripts(traque_names(host), 1) = 1 FROM hosts WHERE contains(host, '.')
    UNION ALL
    SELECT row, field, cell, 'hash', unnest(regexp_extract_all(text, '[0-9a-z]{32,128}')), true FROM texts
    UNION ALL
    SELECT row, field, cell, 'file', regexp_extract(text, '[^\\/]+$'), true FROM texts
    UNION ALL
    SELECT row, field, cell, 'registry', unnest(traque_keys(text)), true FROM texts WHERE text LIKE 'hk%'
), hits AS (
    SELECT DISTINCT c.row, c.field, c.cell, i.kind, i.value, i.role, i.tlp, i.bulletin, i.actors, i.expires
    FROM candidates c JOIN traque_indicators i ON i.list = c.list
        AND c.key = CASE i.list WHEN 'ip' THEN i.first ELSE lower(i.value) END AND (c.itself OR i.below)
    UNION
    SELECT DISTINCT c.row, c.field, c.cell, i.kind, i.value, i.role, i.tlp, i.bulletin, i.actors, i.expires
    FROM candidates c JOIN traque_indicators i ON c.list = 'ip' AND i.list = 'net'
        AND c.key BETWEEN i.first AND i.last
)
SELECT * FROM hits WHERE expires >= current_date ORDER BY row, field, kind, value;
COMMIT;
