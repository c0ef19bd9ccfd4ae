-- traque 0.0.0, made 2026-01-15, action alert
-- CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
-- renew or remove by 2026-02-14
CREATE DATABASE IF NOT EXISTS traque;

CREATE TABLE IF NOT EXISTS traque.indicators
(
    list LowCardinality(String),
    value String,
    below Bool,
    kind LowCardinality(String),
    role LowCardinality(String),
    tlp LowCardinality(String),
    bulletin LowCardinality(String),
    actors LowCardinality(String),
    expires Date
)
ENGINE = MergeTree ORDER BY (list, value);

CREATE OR REPLACE DICTIONARY traque.known
(
    list String, value String, below Bool, kind String, bulletin String, expires Date
)
PRIMARY KEY list, value
SOURCE(CLICKHOUSE(QUERY 'SELECT list, value, below, kind, bulletin, expires FROM traque.indicators'))
LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(MIN 60 MAX 300);

CREATE OR REPLACE DICTIONARY traque.networks
(
    prefix String, value String, kind String, bulletin String, expires Date
)
PRIMARY KEY prefix
SOURCE(CLICKHOUSE(QUERY 'SELECT value AS prefix, value, kind, bulletin, expires FROM traque.indicators WHERE list IN (\'ip\', \'net\')'))
LAYOUT(IP_TRIE()) LIFETIME(MIN 60 MAX 300);

CREATE OR REPLACE FUNCTION traqueHost AS (text) -> trim(BOTH '.[]' FROM extract(text,
    '^(?:[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?)?(\\[[0-9a-f:.]+\\]|[^/?#:@\\s]+|[0-9a-f:.]+)(?::[0-9]{1,5})?(?:[/?#].*)?$'));

CREATE OR REPLACE FUNCTION traqueAbove AS (text, joint) -> arrayMap(
    i -> arrayStringConcat(arraySlice(splitByChar(joint, text), i), joint),
    range(1, length(splitByChar(joint, text)) + 1));

CREATE OR REPLACE FUNCTION traqueKeys AS (text) -> arrayMap(
    i -> arrayStringConcat(arraySlice(splitByChar('\\', text), 1, i), '\\'),
    range(1, length(splitByChar('\\', text)) + 1));

CREATE OR REPLACE FUNCTION traqueCandidates AS (text) -> arrayConcat(
    arrayMap(name -> (name, text, true),
        ['url', 'email', 'path', 'agent', 'pipe', 'service', 'mutex', 'ja3', 'ja3s', 'ja4', 'certificate']),
    arrayMap(name -> ('domain', name, name = traqueHost(text)), traqueAbove(traqueHost(text), '.')),
    arrayMap(run -> ('hash', run, true), extractAll(text, '[0-9a-z]{32,128}')),
    [('file', extract(text, '[^\\\\/]+$'), true)],
    arrayMap(key -> ('registry', key, true), if(startsWith(text, 'hk'), traqueKeys(text), [])));

CREATE OR REPLACE FUNCTION traqueTexts AS (text) -> arrayMap(
    found -> (dictGet('traque.known', 'kind', (found.1, found.2)), found.2,
        dictGet('traque.known', 'bulletin', (found.1, found.2))),
    arrayFilter(found -> dictGetOrDefault('traque.known', 'expires', (found.1, found.2), toDate(0)) >= today()
        AND (found.3 OR dictGet('traque.known', 'below', (found.1, found.2))), traqueCandidates(text)));

CREATE OR REPLACE FUNCTION traqueAddress AS (host) -> if(
    dictGetOrDefault('traque.networks', 'expires', toIPv6OrDefault(host), toDate(0)) >= today(),
    [(dictGet('traque.networks', 'kind', toIPv6OrDefault(host)),
        dictGet('traque.networks', 'value', toIPv6OrDefault(host)),
        dictGet('traque.networks', 'bulletin', toIPv6OrDefault(host)))],
    []);

CREATE OR REPLACE FUNCTION traqueHits AS (cell) -> arrayDistinct(arrayConcat(
    traqueTexts(lower(trimBoth(cell))),
    if(isIPv4String(traqueHost(lower(trimBoth(cell)))) OR isIPv6String(traqueHost(lower(trimBoth(cell)))),
        traqueAddress(traqueHost(lower(trimBoth(cell)))), [])));
