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
created issuer key  sm1-enau-3a2y-mqos-mno2  "Studio"  expires 2031-11-26
  secret  <dir>/.home/data/keys/issuer/sm1-enau-3a2y-mqos-mno2.key  (passphrase protected; keep it secret)
  public  smissuer15wkgqs8p2fzur9exca0npzpfvp0nqyew3w46pvlr2d25nclku87sdvq4mj  (give this to anyone)
  revoke  <dir>/.home/data/keys/issuer/sm1-enau-3a2y-mqos-mno2.revocation  (keep a copy elsewhere: it withdraws a lost key)
note: issuer sm1-enau-3a2y-mqos-mno2 is trusted on this machine, and only here; others need `signmark trust export`
next: signmark key new signing
$ signmark key new signing --kdf interactive --label ci --expires 24h
created signing key  sm1-o2is-oj25-tubl-qbxb  "ci"  expires 2026-11-26
  secret  <dir>/.home/data/keys/signing/sm1-o2is-oj25-tubl-qbxb.key  (passphrase protected; keep it secret)
  public  smsign16vuhq2k7d5frhxkykr26lg39zq7kxdp3vzc6xr6rpfn7lwa6vx9s3c7jgg  (give this to anyone)
next: signmark mark photo.png -o marked.png
$ signmark key new carrier --kdf interactive
created carrier key  sm1-moym-x52w-z63v-en2e  expires 2027-11-26
  secret  <dir>/.home/data/keys/carrier/sm1-moym-x52w-z63v-en2e.key  (passphrase protected; keep it secret)
note: whoever can detect with a carrier key can also forge and erase its marks; share it only with those who may do all three
$ signmark -q key list
issuer   sm1-enau-3a2y-mqos-mno2  usable     expires 2031-11-26  Studio
signing  sm1-o2is-oj25-tubl-qbxb  usable     expires 2026-11-26  ci
carrier  sm1-moym-x52w-z63v-en2e  usable     expires 2027-11-26  
$ signmark key show ci
signing key sm1-o2is-oj25-tubl-qbxb
  label        ci
  state        usable
  life         2026-11-25T23:14:13Z to 2026-11-26T23:14:13Z
  fingerprint  769127275d9d02b806e10b520444cee0905048fe0bc5a407531129fc9ab88ab5
  public       smsign16vuhq2k7d5frhxkykr26lg39zq7kxdp3vzc6xr6rpfn7lwa6vx9s3c7jgg
  passphrase   interactive
  certificate  O=Studio, CN=ci, until 2026-11-26
  file         <dir>/.home/data/keys/signing/sm1-o2is-oj25-tubl-qbxb.key
$ signmark key show ci --public
smsign16vuhq2k7d5frhxkykr26lg39zq7kxdp3vzc6xr6rpfn7lwa6vx9s3c7jgg
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
created signing key  sm1-f3s6-ipzx-gmvm-vmou  "ci"  expires 2027-02-23
  secret  <dir>/.home/data/keys/signing/sm1-f3s6-ipzx-gmvm-vmou.key  (passphrase protected; keep it secret)
  public  smsign19vx0k4uk9xnwdpslhdnheuuc76k7tq94amkqqmq5l292jtpdwk0q32yxxw  (give this to anyone)
  old     sm1-o2is-oj25-tubl-qbxb stops on 2026-11-26
next: signmark key list
$ signmark -q key list
issuer   sm1-enau-3a2y-mqos-mno2  usable     expires 2031-11-26  Studio
signing  sm1-f3s6-ipzx-gmvm-vmou  usable     expires 2027-02-23  ci
signing  sm1-o2is-oj25-tubl-qbxb  usable     expires 2026-11-26  ci
carrier  sm1-moym-x52w-z63v-en2e  usable     expires 2027-11-26  
$ printf 'another passphrase\n' > new && chmod 600 new
$ signmark key passwd ci --new-passphrase-file new --kdf interactive
changed the passphrase of signing key sm1-f3s6-ipzx-gmvm-vmou
note: the old file, under the old passphrase, is <dir>/.home/data/keys/signing/sm1-f3s6-ipzx-gmvm-vmou.key~; delete it when the new passphrase works
$ signmark key new signing --expires yesterday
signmark: error: "yesterday" is not a duration
hint: write a number and a unit: 24h, 90d, 5y
code: base.duration
[exit 2]
$ signmark key new signing --no-passphrase --label open
created signing key  sm1-iz5u-incp-6ml6-bz5m  "open"  expires 2026-11-26
  secret  <dir>/.home/data/keys/signing/sm1-iz5u-incp-6ml6-bz5m.key  (NOT protected by a passphrase; keep it secret)
  public  smsign1yfpy8ytcgdz5lsw4r8mr8r89zv40x40lsvqmvdu0qye0thku9cwsjacs8r  (give this to anyone)
next: signmark mark photo.png -o marked.png
$ signmark key export --all -o keys.backup --kdf interactive
backed up 5 keys (16 files) to keys.backup
note: a lost passphrase is a lost key
next: signmark key import --check keys.backup
$ signmark key import --check keys.backup
signmark: warning: sm1-f3s6-ipzx-gmvm-vmou has a passphrase of its own, which was not tried
keys.backup restores: 5 keys, 16 files
$ ls $SIGNMARK_HOME/data/keys
carrier
issuer
signing
$ find $SIGNMARK_HOME -name '*.key*' -printf '%m\n' | sort -u
600
