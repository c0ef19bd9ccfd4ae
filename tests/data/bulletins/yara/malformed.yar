rule Cut {
 strings:
  $a = "evil.example"
 condition:
  $a
