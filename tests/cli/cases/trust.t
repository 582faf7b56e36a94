# Who is believed, and how a stranger becomes known.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ export ALICE=$SIGNMARK_HOME MALLORY=$SIGNMARK_HOME.mallory
$ SIGNMARK_HOME=$MALLORY signmark -q key new --kdf interactive --label Mallory > /dev/null
$ SIGNMARK_HOME=$MALLORY signmark -q mark photo.png -o mallory.png --layers metadata,manifest > /dev/null
$ signmark verify mallory.png
$ SIGNMARK_HOME=$MALLORY signmark trust export -o mallory.smbundle
$ signmark --no-input trust add mallory.smbundle
$ signmark trust add mallory.smbundle --fingerprint 00
$ signmark trust add mallory.smbundle --fingerprint $(SIGNMARK_HOME=$MALLORY signmark trust list --json | sed -n 's/.*"fingerprint":"\([0-9a-f]*\)".*/\1/p' | head -n 1)
$ signmark -q verify mallory.png | tail -n 2
$ signmark trust list | grep -c bundle
$ signmark trust remove nobody
$ signmark trust remove Mallory
$ signmark -q verify mallory.png | head -n 1
# A verifier without a home of its own needs the one public file only.
$ SIGNMARK_HOME=/nonexistent signmark -q verify --trust mallory.smbundle mallory.png | head -n 1
$ SIGNMARK_HOME=/nonexistent signmark verify --trust photo.png mallory.png
# A revoked signing key: nothing that it signed is believed any more.
$ SIGNMARK_HOME=$MALLORY signmark key revoke $(SIGNMARK_HOME=$MALLORY signmark key list | awk '$1 == "signing" {print $2}') --reason compromised
$ SIGNMARK_HOME=$MALLORY signmark -q verify mallory.png | head -n 1
$ SIGNMARK_HOME=$MALLORY signmark -q trust export -f -o mallory.smbundle > /dev/null
$ SIGNMARK_HOME=/nonexistent signmark -q verify --trust mallory.smbundle mallory.png | head -n 1
