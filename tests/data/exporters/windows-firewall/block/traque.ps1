#Requires -RunAsAdministrator
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
$ErrorActionPreference = 'Stop'
Get-NetFirewallRule -Group traque -ErrorAction SilentlyContinue | Remove-NetFirewallRule
$listed = @('192.0.2.10', '198.51.100.0', '203.0.113.0/25', '2001:db8::1', '2001:db8:f::/48')
New-NetFirewallRule -Group traque -DisplayName 'traque in 1' `
  -Description 'CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda' `
  -Direction Inbound -Action Block -RemoteAddress $listed | Out-Null
New-NetFirewallRule -Group traque -DisplayName 'traque out 1' `
  -Description 'CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda' `
  -Direction Outbound -Action Block -RemoteAddress $listed | Out-Null
