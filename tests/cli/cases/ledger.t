# What was issued is found again, and nobody changes it unseen.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark mark photo.png -o marked.png --producer Alice | grep ledger
  ledger    entry 0
# A copy without any metadata, smaller: by the mark in its pixels, and its looks agree.
$ ffmpeg -v error -i marked.png -vf scale=400:-1 -q:v 4 -map_metadata -1 copy.jpg
$ signmark ledger search copy.jpg | sed 's/  [0-9]* of its prints/  N of its prints/; s/but [0-9]* of 256/but N of 256/; s/fits: [0-9]*/fits: N/'
copy.jpg: its marks carry the id 7014f1c70ab68d0f
entry 0  2026-11-26T12:02:11Z  mark  marked.png
  found by     content_id: the marks of the file carry this id; the content fits: N of its prints fit, the closest in all but N of 256 bits; chance for that among all entries searched: below 10^-15.4
  content id   7014f1c70ab68d0f
  format       image/png
  output       blake2b-256:c4684b3bdef63f684f5c0c1ef3f7334221e1b2c73fa528611d83215b3e5554aa
  input        blake2b-256:13ea0439b114114b7bcaed33f84f5dbba22afa50cfb18491bc142392e15db0ba
  layers       robust,visible,metadata,manifest
  Label        1
  Producer     Alice
  ProduceID    7014f1c70ab68d0f
  Propagator   Alice
  PropagateID  7014f1c70ab68d0f
  manifest     urn:c2pa:1b8e917d-e174-4c83-b729-82d7199a5bd8:signmark
  key          3e6f7f9104ffb2e614d7e68b3b89e009d7fd01b21be87f062124ae228b95e81b
  outcome      done
  size         434004 bytes
  prints       9
  signature    checkpoint of 1 entries, 2026-11-26T12:02:11Z, by sm1-hzxx-7eie-76zo-mfgx ("Alice Studio", trusted)
# So small that no mark is left: a candidate by its looks only.
$ ffmpeg -v error -i marked.png -vf scale=96:-1 -map_metadata -1 small.png
$ signmark ledger search small.png | sed -n 's/: .* of its prints.*/: …/; 1,3p'
small.png: no id in its marks
entry 0  2026-11-26T12:02:11Z  mark  marked.png
  found by     print: …
# The file that was marked, byte for byte.
$ signmark ledger search photo.png | grep 'found by'
  found by     digest: these bytes are the input, as it was before
$ signmark ledger search $MEDIA/pictures/rocket.jpg
<src>/test_media/pictures/rocket.jpg: no id in its marks
nothing in the ledger fits
[exit 10]
$ signmark ledger search --producer Bob --json
{"hits":0,"schema":"signmark/1","type":"summary"}
[exit 10]
$ signmark ledger show 0 | grep -E 'entry|Producer|signature'
entry 0  2026-11-26T12:02:11Z  mark  marked.png
  Producer     Alice
  signature    checkpoint of 1 entries, 2026-11-26T12:02:11Z, by sm1-hzxx-7eie-76zo-mfgx ("Alice Studio", trusted)
$ signmark ledger show 5
signmark: error: entry 5: there is no such entry
code: ledger.entry.none
[exit 1]
# Checkpoints: what is printed is to be kept elsewhere.
$ signmark -q ledger checkpoint > kept.checkpoint && sed 's/^[A-Za-z0-9+\/]*=$/<root>/; s/ [A-Za-z0-9+\/=]*$//' kept.checkpoint
signmark/a39758e52ef04a53
1
<root>
time 2026-11-26T12:02:17Z

— smsign1mfch9g4sj70fw6sk2qccua3rzatvkdls7qcveghxazqw8nl9ttvsc50agm
$ signmark ledger verify --against kept.checkpoint
signmark/a39758e52ef04a53: sound
  signer   sm1-hzxx-7eie-76zo-mfgx: "Alice Studio", trusted
  entries  1, of which 0 pruned
  newest   checkpoint of 1 entries, 2026-11-26T12:02:17Z; 0 after it are not signed yet
  compared with checkpoints kept elsewhere
# For an inspector: a bundle that proves itself on another machine.
$ signmark ledger export --format json -o issued.json
wrote issued.json
next: signmark ledger verify --bundle issued.json
$ signmark trust export -o alice.smbundle > /dev/null
$ SIGNMARK_HOME=$PWD/elsewhere signmark ledger verify --bundle issued.json --trust alice.smbundle
issued.json: sound
  signer   sm1-hzxx-7eie-76zo-mfgx: "Alice Studio", trusted
  proved   1 entries, 0 to 0 without gaps, by a checkpoint of 2026-11-26T12:02:11Z
  unproved 0 entries after that checkpoint
$ sed 's/"Alice"/"Malice"/' issued.json > forged.json; SIGNMARK_HOME=$PWD/elsewhere signmark ledger verify --bundle forged.json --trust alice.smbundle
forged.json: tampered
  fault  entry 0: the entry does not fit the signed checkpoint
         code ledger.tampered.edited
  signer   sm1-hzxx-7eie-76zo-mfgx: "Alice Studio", trusted
  proved   1 entries, 0 to 0 without gaps, by a checkpoint of 2026-11-26T12:02:11Z
  unproved 0 entries after that checkpoint
[exit 12]
$ SIGNMARK_HOME=$PWD/elsewhere signmark ledger verify --bundle issued.json | grep signer
  signer   sm1-hzxx-7eie-76zo-mfgx: no trusted issuer certified this key
$ signmark ledger export --format csv | cut -d, -f1-2,4-5,8-9
sequence,time,action,name,label,producer
0,2026-11-26T12:02:11Z,"mark","marked.png","1","Alice"
$ signmark ledger export | sed 's/ [0-9a-f]\{16\} / <id16> /'
entry 0  2026-11-26T12:02:11Z  mark  marked.png  <id16>  Alice
$ signmark ledger export --format html -o issued.html && grep -c '<td>mark<td>marked.png' issued.html
wrote issued.html
1
# Six months is the floor, whatever is asked for.
$ signmark ledger prune --before 2999-01-01
signmark: error: Labelling Measures, Article 9; Cybersecurity Law, Article 21(3): entries are kept for six months: none after 2026-05-26T12:02:18Z may go
hint: prune before 2026-05-26 at the latest
code: ledger.retention
[exit 20]
$ signmark ledger prune --before 2020-01-01
0 entries from before 2020-01-01T00:00:00Z have no contents any more; their hashes stay
next: signmark ledger verify
# Nothing is recorded, or elsewhere.
$ signmark mark photo.png -o other.png --layers metadata --no-ledger | grep ledger
[exit 1]
$ SIGNMARK_LEDGER=$PWD/other.db signmark mark photo.png -o other.png -f --layers metadata | grep ledger
  ledger    entry 0
$ signmark ledger export --ledger other.db --format csv | cut -d, -f4-5,13
action,name,layers
"mark","other.png","metadata"
$ signmark ledger search --ledger nowhere.db --id 0123456789abcdef
signmark: error: nowhere.db: cannot open the database: no such file or directory
code: ledger.open
[exit 1]
$ signmark ledger verify --ledger postgresql://alice:secret@host/ledger
signmark: error: the location holds a password, which every user of this machine could read
hint: put it into ~/.pgpass or a service file (postgresql:///?service=NAME)
code: ledger.password
[exit 2]
# An older copy of the ledger in its place.
$ cp $SIGNMARK_HOME/state/ledger.db old.db && signmark mark photo.png -o more.png --layers metadata > /dev/null && signmark -q ledger checkpoint > newer.checkpoint
$ rm $SIGNMARK_HOME/state/ledger.db-*; cp old.db $SIGNMARK_HOME/state/ledger.db
rm: cannot remove '<dir>/.home/state/ledger.db-*': No such file or directory
$ signmark ledger verify | grep -v trusted
signmark/a39758e52ef04a53: tampered
  fault  entry 1: a signed checkpoint covers more entries than there are: the last ones were cut off, or an older ledger was put in place
         code ledger.tampered.truncated
  entries  1, of which 0 pruned
  newest   checkpoint of 1 entries, 2026-11-26T12:02:17Z; 0 after it are not signed yet
  not seen without --against: a tail cut off everywhere at once, and all that the holder of the key writes anew
$ signmark ledger verify --against newer.checkpoint --json | head -n 1
{"code":"ledger.tampered.truncated","message":"a signed checkpoint covers more entries than there are: the last ones were cut off, or an older ledger was put in place","schema":"signmark/1","type":"finding","where":"entry 1"}
