#!/bin/sh
# traque 0.0.0, made 2026-01-15, action alert
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# QRADAR is the address of the console, QRADAR_TOKEN an authorised service token.
set -eu
: "${QRADAR:?say where the console is}" "${QRADAR_TOKEN:?give the token of an authorised service}"
# A set that exists stays as it is.
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_ip&element_type=IP&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_ipv6&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_domain&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_url&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_email&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_hash&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_file&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_path&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_agent&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_registry&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_service&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_pipe&element_type=ALNIC&timeout_type=LAST_SEEN&time_to_live=90%20days"
# Loading a value again renews it.
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_ip-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_ip"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_ipv6-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_ipv6"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_domain-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_domain"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_url-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_url"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_email-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_email"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_hash-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_hash"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_file-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_file"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_path-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_path"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_agent-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_agent"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_registry-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_registry"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_service-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_service"
curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json" --data-binary @sets/traque_pipe-0001.json "$QRADAR/api/reference_data/sets/bulk_load/traque_pipe"
