# The life of keys: list, show, rotate, passwd, backup, exchange.
$ signmark key list
no keys
a detection tries 0 carrier epochs beside the public carrier key
next: signmark key new
$ signmark key show nobody
signmark: error: there is no key "nobody"
hint: signmark key list shows them all
code: keys.select.none
[exit 15]
$ signmark key new issuer --kdf interactive --label Studio
created issuer key  sm1-kngg-tmje-2svq-r54i  "Studio"  expires 2031-11-26
  secret  <dir>/.home/data/keys/issuer/sm1-kngg-tmje-2svq-r54i.key  (passphrase protected; keep it secret)
  public  smissuer150hx50k4zc32w2rek78ezf34t88kjr6sfrsemj6f92ejayt244lqy86ad5  (give this to anyone)
  revoke  <dir>/.home/data/keys/issuer/sm1-kngg-tmje-2svq-r54i.revocation  (keep a copy elsewhere: it withdraws a lost key)
note: issuer sm1-kngg-tmje-2svq-r54i is trusted on this machine, and only here; others need `signmark trust export`
next: signmark key new signing
$ signmark key new signing --kdf interactive --label ci --expires 24h
created signing key  sm1-ilbx-tjm3-qt3w-wtpc  "ci"  expires 2026-11-26
  secret  <dir>/.home/data/keys/signing/sm1-ilbx-tjm3-qt3w-wtpc.key  (passphrase protected; keep it secret)
  public  smsign10k7f5y2ddwzga3hp5w6ywa4mgz2lcal0qwzq0ghlcw06dsn2lcpqxjepsu  (give this to anyone)
next: signmark mark photo.png -o marked.png
$ signmark key new carrier --kdf interactive
created carrier key  sm1-z5et-b7qy-oaha-yrk2  expires 2027-11-26
  secret  <dir>/.home/data/keys/carrier/sm1-z5et-b7qy-oaha-yrk2.key  (passphrase protected; keep it secret)
note: whoever can detect with a carrier key can also forge and erase its marks; share it only with those who may do all three
$ signmark -q key list
issuer   sm1-kngg-tmje-2svq-r54i  usable     expires 2031-11-26  Studio
signing  sm1-ilbx-tjm3-qt3w-wtpc  usable     expires 2026-11-26  ci
carrier  sm1-z5et-b7qy-oaha-yrk2  usable     expires 2027-11-26  
$ signmark key show ci
signing key sm1-ilbx-tjm3-qt3w-wtpc
  label        ci
  state        usable
  life         2026-11-25T22:13:49Z to 2026-11-26T22:13:49Z
  fingerprint  42c379a59b84f76b4de2ebe27b5de2a0f6f6f5e7d5541a331c4913387791bd27
  public       smsign10k7f5y2ddwzga3hp5w6ywa4mgz2lcal0qwzq0ghlcw06dsn2lcpqxjepsu
  passphrase   interactive
  certificate  O=Studio, CN=ci, until 2026-11-26
  file         <dir>/.home/data/keys/signing/sm1-ilbx-tjm3-qt3w-wtpc.key
$ signmark key show ci --public
smsign10k7f5y2ddwzga3hp5w6ywa4mgz2lcal0qwzq0ghlcw06dsn2lcpqxjepsu
$ signmark key show ci --certificate | grep -c BEGIN
2
$ signmark key show ci --certificate | openssl x509 -noout -subject -issuer -ext extendedKeyUsage,keyUsage
subject=O = Studio, CN = ci
issuer=O = Studio
X509v3 Key Usage: critical
    Digital Signature
X509v3 Extended Key Usage: 
    1.3.6.1.4.1.62558.2.1, E-mail Protection
$ signmark key rotate signing ci --kdf interactive
created signing key  sm1-llxh-djyf-7kou-cxgx  "ci"  expires 2027-02-23
  secret  <dir>/.home/data/keys/signing/sm1-llxh-djyf-7kou-cxgx.key  (passphrase protected; keep it secret)
  public  smsign10pfm09mfh6s0vsclq9pj548th7k602uarty75hv979k9n7sgx8kqt6zaec  (give this to anyone)
  old     sm1-ilbx-tjm3-qt3w-wtpc stops on 2026-11-26
next: signmark key list
$ signmark -q key list
issuer   sm1-kngg-tmje-2svq-r54i  usable     expires 2031-11-26  Studio
signing  sm1-llxh-djyf-7kou-cxgx  usable     expires 2027-02-23  ci
signing  sm1-ilbx-tjm3-qt3w-wtpc  usable     expires 2026-11-26  ci
carrier  sm1-z5et-b7qy-oaha-yrk2  usable     expires 2027-11-26  
$ printf 'another passphrase\n' > new && chmod 600 new
$ signmark key passwd ci --new-passphrase-file new --kdf interactive
changed the passphrase of signing key sm1-llxh-djyf-7kou-cxgx
note: the old file, under the old passphrase, is <dir>/.home/data/keys/signing/sm1-llxh-djyf-7kou-cxgx.key~; delete it when the new passphrase works
$ signmark key new signing --expires yesterday
signmark: error: "yesterday" is not a duration
hint: write a number and a unit: 24h, 90d, 5y
code: base.duration
[exit 2]
$ signmark key new signing --no-passphrase --label open
created signing key  sm1-dnuu-ykpx-rwod-4jhi  "open"  expires 2026-11-26
  secret  <dir>/.home/data/keys/signing/sm1-dnuu-ykpx-rwod-4jhi.key  (NOT protected by a passphrase; keep it secret)
  public  smsign1ht6l9nd2y3lxe8np60dcfvnrkw3j3dqt3jwflq9n0jjp93kqtvjqeppdxz  (give this to anyone)
next: signmark mark photo.png -o marked.png
$ signmark key export --all -o keys.backup --kdf interactive
backed up 5 keys (16 files) to keys.backup
note: a lost passphrase is a lost key
next: signmark key import --check keys.backup
$ signmark key import --check keys.backup
signmark: warning: sm1-llxh-djyf-7kou-cxgx has a passphrase of its own, which was not tried
keys.backup restores: 5 keys, 16 files
$ ls $SIGNMARK_HOME/data/keys
carrier
issuer
signing
$ find $SIGNMARK_HOME -name '*.key*' -printf '%m\n' | sort -u
600
