#!/bin/sh
# Loads the indicators. ELASTICSEARCH is the address of the cluster with its credentials,
# for example https://user:password@search.example:9200
set -eu
: "${ELASTICSEARCH:?say where the cluster is}"
curl -fsS -X PUT "$ELASTICSEARCH/_index_template/traque-indicators" -H "Content-Type: application/json" --data-binary @index-template.json
send() {
  curl -fsS "$ELASTICSEARCH/_bulk?refresh=true" -H "Content-Type: application/x-ndjson" --data-binary "@$1" |
    grep -q '"errors":false' || { echo "$1: refused in part" >&2; exit 1; }
}
send bulk/indicators-0001.ndjson
