#!/bin/sh
# traque 0.0.0, made 2026-01-15, action alert
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# Needs curl and jq; CLOUDFLARE_ACCOUNT and CLOUDFLARE_TOKEN must be set.
set -e
cd "$(dirname "$0")"
call() {
  method=$1 path=$2; shift 2
  curl -fsS -X "$method" -H "Authorization: Bearer $CLOUDFLARE_TOKEN" \
    -H "Content-Type: application/json" "$@" \
    "https://api.cloudflare.com/client/v4/accounts/$CLOUDFLARE_ACCOUNT/rules/lists$path"
}
list() {
  call GET "" | jq -r --arg name "$1" '.result[] | select(.name == $name).id'
}
fill() {
  operation=$(call PUT "/$1/items" -d "@$2" | jq -r .result.operation_id)
  while :; do
    state=$(call GET "/bulk_operations/$operation" | jq -r .result.status)
    case "$state" in
      pending | running) sleep 2 ;;
      completed) return ;;
      *) echo "$2 was not taken: operation $operation, $state" >&2; exit 1 ;;
    esac
  done
}
id=$(list traque_ip)
[ -n "$id" ] || id=$(call POST '' -d '{"name":"traque_ip","kind":"ip","description":"traque"}' | jq -r .result.id)
fill "$id" traque_ip.json
id=$(list traque_hostname)
[ -n "$id" ] || id=$(call POST '' -d '{"name":"traque_hostname","kind":"hostname","description":"traque"}' | jq -r .result.id)
fill "$id" traque_hostname.json
id=$(list traque_asn)
[ -n "$id" ] || id=$(call POST '' -d '{"name":"traque_asn","kind":"asn","description":"traque"}' | jq -r .result.id)
fill "$id" traque_asn.json
# Then a custom rule with the action log:
#   ip.src in $traque_ip
#   http.host in $traque_hostname
#   ip.src.asnum in $traque_asn
