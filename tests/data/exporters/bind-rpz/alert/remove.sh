#!/bin/sh
# traque 0.0.0, made 2026-01-15, action alert
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# The entries do not expire by themselves: run this on 2026-02-14,
# or load a newer export before.
set -eu
zone="${1:-/var/cache/bind}/traque.rpz.zone"
cat > "$zone" <<END
\$TTL 300
\$ORIGIN traque.rpz.
@ SOA localhost. root.localhost. $(date -u +%Y%m%d)99 3600 600 2592000 300
@ NS localhost.
END
rndc reload traque.rpz
rndc flush
