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
created issuer key  sm1-rt7q-jm2f-7jgi-3moz  "Studio"  expires 2031-11-26
  secret  <dir>/.home/data/keys/issuer/sm1-rt7q-jm2f-7jgi-3moz.key  (passphrase protected; keep it secret)
  public  smissuer1fnjc7lxylut0wq7a5m0cwh8skjpgczl0yq790ehjlrxje2gjhvxqmrdnh8  (give this to anyone)
  revoke  <dir>/.home/data/keys/issuer/sm1-rt7q-jm2f-7jgi-3moz.revocation  (keep a copy elsewhere: it withdraws a lost key)
note: issuer sm1-rt7q-jm2f-7jgi-3moz is trusted on this machine, and only here; others need `signmark trust export`
next: signmark key new signing
$ signmark key new signing --kdf interactive --label ci --expires 24h
created signing key  sm1-2ag7-v56n-firs-wwfb  "ci"  expires 2026-11-26
  secret  <dir>/.home/data/keys/signing/sm1-2ag7-v56n-firs-wwfb.key  (passphrase protected; keep it secret)
  public  smsign1n4mt5w5yjnxj0zrafd6ugfzla7l6dc2ctyrn8n73sjt4rj2a2u3qkt9ca4  (give this to anyone)
next: signmark mark photo.png -o marked.png
$ signmark key new carrier --kdf interactive
created carrier key  sm1-til5-f7fb-bpan-zv6p  expires 2027-11-26
  secret  <dir>/.home/data/keys/carrier/sm1-til5-f7fb-bpan-zv6p.key  (passphrase protected; keep it secret)
note: whoever can detect with a carrier key can also forge and erase its marks; share it only with those who may do all three
$ signmark -q key list
issuer   sm1-rt7q-jm2f-7jgi-3moz  usable     expires 2031-11-26  Studio
signing  sm1-2ag7-v56n-firs-wwfb  usable     expires 2026-11-26  ci
carrier  sm1-til5-f7fb-bpan-zv6p  usable     expires 2027-11-26  
$ signmark key show ci
signing key sm1-2ag7-v56n-firs-wwfb
  label        ci
  state        usable
  life         2026-11-25T22:22:37Z to 2026-11-26T22:22:37Z
  fingerprint  d00dfaf7cd2a232b58a13085aa3af08ea1e073f4d04dd5f2133b1186616ba8e0
  public       smsign1n4mt5w5yjnxj0zrafd6ugfzla7l6dc2ctyrn8n73sjt4rj2a2u3qkt9ca4
  passphrase   interactive
  certificate  O=Studio, CN=ci, until 2026-11-26
  file         <dir>/.home/data/keys/signing/sm1-2ag7-v56n-firs-wwfb.key
$ signmark key show ci --public
smsign1n4mt5w5yjnxj0zrafd6ugfzla7l6dc2ctyrn8n73sjt4rj2a2u3qkt9ca4
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
created signing key  sm1-w5ue-75lf-gymd-cplj  "ci"  expires 2027-02-23
  secret  <dir>/.home/data/keys/signing/sm1-w5ue-75lf-gymd-cplj.key  (passphrase protected; keep it secret)
  public  smsign1a36xky9u200hztlnu7rhhf5kfsfek263m2zqnhy34hsh3zcphrlqnxla6x  (give this to anyone)
  old     sm1-2ag7-v56n-firs-wwfb stops on 2026-11-26
next: signmark key list
$ signmark -q key list
issuer   sm1-rt7q-jm2f-7jgi-3moz  usable     expires 2031-11-26  Studio
signing  sm1-w5ue-75lf-gymd-cplj  usable     expires 2027-02-23  ci
signing  sm1-2ag7-v56n-firs-wwfb  usable     expires 2026-11-26  ci
carrier  sm1-til5-f7fb-bpan-zv6p  usable     expires 2027-11-26  
$ printf 'another passphrase\n' > new && chmod 600 new
$ signmark key passwd ci --new-passphrase-file new --kdf interactive
changed the passphrase of signing key sm1-w5ue-75lf-gymd-cplj
note: the old file, under the old passphrase, is <dir>/.home/data/keys/signing/sm1-w5ue-75lf-gymd-cplj.key~; delete it when the new passphrase works
$ signmark key new signing --expires yesterday
signmark: error: "yesterday" is not a duration
hint: write a number and a unit: 24h, 90d, 5y
code: base.duration
[exit 2]
$ signmark key new signing --no-passphrase --label open
created signing key  sm1-ybyt-i6ua-psbe-co4c  "open"  expires 2026-11-26
  secret  <dir>/.home/data/keys/signing/sm1-ybyt-i6ua-psbe-co4c.key  (NOT protected by a passphrase; keep it secret)
  public  smsign10q4n06v3lsf0dkdkmcmtx43r5gcp4pup3g4cp8xnf0rth5hsp9ws475sav  (give this to anyone)
next: signmark mark photo.png -o marked.png
$ signmark key export --all -o keys.backup --kdf interactive
backed up 5 keys (16 files) to keys.backup
note: a lost passphrase is a lost key
next: signmark key import --check keys.backup
$ signmark key import --check keys.backup
signmark: warning: sm1-w5ue-75lf-gymd-cplj has a passphrase of its own, which was not tried
keys.backup restores: 5 keys, 16 files
$ ls $SIGNMARK_HOME/data/keys
carrier
issuer
signing
$ find $SIGNMARK_HOME -name '*.key*' -printf '%m\n' | sort -u
600
