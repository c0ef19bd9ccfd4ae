# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
/ip firewall address-list remove [find list=traque]
/ip firewall raw remove [find comment="traque"]
/ip firewall address-list
add list=traque address=192.0.2.10 timeout=30d00:00:00 comment="traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda"
add list=traque address=198.51.100.0 timeout=30d00:00:00 comment="traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda"
add list=traque address=203.0.113.0/25 timeout=30d00:00:00 comment="traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda"
/ip firewall raw add chain=prerouting src-address-list=traque action=drop log=yes log-prefix="traque-in" comment="traque"
/ip firewall raw add chain=prerouting dst-address-list=traque action=drop log=yes log-prefix="traque-out" comment="traque"
/ipv6 firewall address-list remove [find list=traque]
/ipv6 firewall raw remove [find comment="traque"]
/ipv6 firewall address-list
add list=traque address=2001:db8::1 timeout=30d00:00:00 comment="traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda"
add list=traque address=2001:db8:f::/48 timeout=30d00:00:00 comment="traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda"
/ipv6 firewall raw add chain=prerouting src-address-list=traque action=drop log=yes log-prefix="traque-in" comment="traque"
/ipv6 firewall raw add chain=prerouting dst-address-list=traque action=drop log=yes log-prefix="traque-out" comment="traque"
