#!/bin/sh
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# The entries do not expire by themselves: run this on 2026-02-14,
# or load a newer export before.
set -eu
: > /etc/nginx/traque-block.conf
cat > /etc/nginx/conf.d/traque.conf <<'END'
# emptied; a rule of yours may still name the variable
geo $traque { default ""; }
log_format traque '$time_iso8601 $remote_addr';
END
nginx -t && systemctl reload nginx
