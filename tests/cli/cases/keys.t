# The life of keys: list, show, rotate, passwd, backup, exchange.
$ signmark key list
$ signmark key show nobody
$ signmark key new issuer --kdf interactive --label Studio
$ signmark key new signing --kdf interactive --label ci --expires 24h
$ signmark key new carrier --kdf interactive
$ signmark -q key list
$ signmark key show ci
$ signmark key show ci --public
$ signmark key show ci --certificate | grep -c BEGIN
$ signmark key show ci --certificate | openssl x509 -noout -subject -issuer -ext extendedKeyUsage,keyUsage
$ signmark key rotate signing ci --kdf interactive
$ signmark -q key list
$ printf 'another passphrase\n' > new && chmod 600 new
$ signmark key passwd ci --new-passphrase-file new --kdf interactive
$ signmark key new signing --expires yesterday
$ signmark key new signing --no-passphrase --label open
$ signmark key export --all -o keys.backup --kdf interactive
$ signmark key import --check keys.backup
$ ls $SIGNMARK_HOME/data/keys
$ find $SIGNMARK_HOME -name '*.key*' -printf '%m\n' | sort -u
