// TLP:CLEAR, written for traque
import "hash"

rule Example_Loader : example
{
    meta:
        author = "someone@cert.example"
        description = "Loader that talks to its C2 server"
        reference = "https://blog.example/post"
        hash1 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        hash2 = "not a hash"
    strings:
        $a = "http://evil.example/load" ascii wide // { a brace
        $b = "192.0.2.130"
        $c = { 4D 5A 90 ?? }
        $d = /evil[0-9]+\.example/
        $e = "Mozilla/4.0"
    condition:
        uint16(0) == 0x5a4d and all of them
}

rule Example_Any {
    strings:
        $a = "bad.example"
        $b = "worse.example"
    condition:
        any of them or hash.md5(0, filesize) == "0123456789abcdef0123456789abcdef"
}
