// traque 0.0.0, made 2026-01-15, action alert
// CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
// renew or remove by 2026-02-14
import "hash"
rule traque_cert_example_2026_001_md5_1 {
  meta:
    bulletin = "CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE"
    traque = "0.0.0"
    made = "2026-01-15"
    expires = "2026-02-14"
  condition:
    hash.md5(0, filesize) == "0123456789abcdef0123456789abcdef"
}
rule traque_cert_example_2026_001_sha1_1 {
  meta:
    bulletin = "CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE"
    traque = "0.0.0"
    made = "2026-01-15"
    expires = "2026-02-14"
  condition:
    hash.sha1(0, filesize) == "0123456789abcdef0123456789abcdef01234567"
}
rule traque_cert_example_2026_001_sha256_1 {
  meta:
    bulletin = "CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE"
    traque = "0.0.0"
    made = "2026-01-15"
    expires = "2026-02-14"
  condition:
    hash.sha256(0, filesize) == "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}
rule traque_cert_example_2026_001_names_1 {
  meta:
    bulletin = "CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE"
    traque = "0.0.0"
    made = "2026-01-15"
    expires = "2026-02-14"
  strings:
    $v1 = "_dmarc.cdn.evil.example" ascii wide nocase fullword
    $v2 = "evil.example" ascii wide nocase fullword
    $v3 = "xn--bcher-kva.example" ascii wide nocase fullword
    $v4 = "o'brien+x@evil.example" ascii wide nocase fullword
    $v5 = "192.0.2.10" ascii wide nocase fullword
    $v6 = "198.51.100.0" ascii wide nocase fullword
    $v7 = "2001:db8::1" ascii wide nocase fullword
    $v8 = "http://evil.example/a/b.php?x=1&y='2';z" ascii wide nocase fullword
    $v9 = "https://192.0.2.77:8443/gate" ascii wide nocase fullword
    $v10 = "https://[2001:db8::7]/p%20q" ascii wide nocase fullword
  condition:
    any of them
}
rule traque_cert_example_2026_001_traces_1 {
  meta:
    bulletin = "CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE"
    traque = "0.0.0"
    made = "2026-01-15"
    expires = "2026-02-14"
  strings:
    $v1 = "C:\x5cUsers\x5cPublic\x5c\xc3\xa9vil \x22a\x22;b'.exe" ascii wide nocase fullword
    $v2 = "evil$(id).dll" ascii wide nocase fullword
    $v3 = "Global\x5cEvil'Mutex" ascii wide nocase fullword
    $v4 = "\x5c\x5c.\x5cpipe\x5cevilpipe" ascii wide nocase fullword
    $v5 = "HKLM\x5cSoftware\x5cEvil\x5cRun" ascii wide nocase fullword
    $v6 = "Evil/1.0 (X11; \x22q\x22; |2a|)" ascii wide nocase fullword
    $v7 = "EvilService" ascii wide nocase fullword
  condition:
    any of them
}
