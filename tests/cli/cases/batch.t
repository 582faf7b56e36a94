# A user's batches: from wrong input to a marked folder, and back to it after a change.
$ signmark -q key new --kdf interactive > /dev/null
$ mkdir -p shots/day2 && cp $MEDIA/samples/rgb.png shots/a.png && cp $MEDIA/samples/rgb.png shots/day2/b.png && printf 'AI wrote this line.\n' > shots/note.txt
# Nothing is done before it is clear what to do.
$ signmark batch
signmark: error: a subcommand is required
hint: signmark --help, or signmark VERB --help
code: cli.usage
[exit 2]
$ signmark batch run shots
signmark: error: no output folder named
hint: write -o FOLDER
code: batch.output
[exit 2]
$ signmark batch run -o marked
signmark: error: no files named
hint: name files or folders, or a list: --from
code: batch.sources
[exit 2]
$ signmark batch run shots -o shots
signmark: error: <dir>/shots: the output folder is the input folder
hint: name another one: inputs are never changed
code: batch.output
[exit 2]
$ signmark batch run absent -o marked
signmark: error: <dir>/absent: there is no such file or folder
hint: is the name right, and the folder?
code: base.file.open
[exit 1]
$ signmark batch run shots -o marked --max-failures many
signmark: error: "many" is neither a share nor a number
hint: write --max-failures 5% or --max-failures 100
code: cli.usage
[exit 2]
$ signmark batch run shots -o marked --layers paint
signmark: error: layers: there is no layer "paint"
hint: choose from robust,visible,metadata,manifest
code: pipeline.layers
[exit 2]
$ signmark batch run shots --verify -o marked
signmark: error: marked: verifying writes no files
hint: leave -o out
code: batch.output
[exit 2]
$ signmark batch run shots --verify --producer me
signmark: error: --producer is for marking
hint: leave it out, or drop --verify
code: cli.usage
[exit 2]
$ ls
shots
test_media
# A plan writes nothing.
$ signmark batch plan shots -o marked --layers metadata,manifest
job 6c7f7ac61ca748ef (mark, dry run): 3 planned
next: the same with `signmark batch run`
$ ls
shots
test_media
$ signmark batch status
no jobs
# The run; the same again has nothing left to do.
$ signmark batch run shots -o marked --layers metadata,manifest -j 1
job 6c7f7ac61ca748ef (mark): 3 done
  report    <dir>/.home/state/jobs/6c7f7ac61ca748ef/report.jsonl
  job list  <dir>/.home/state/jobs/6c7f7ac61ca748ef/job-list.jsonl
  page      <dir>/.home/state/jobs/6c7f7ac61ca748ef/summary.html
$ signmark -q batch run shots -o marked --layers metadata,manifest -j 1 | head -1
job 6c7f7ac61ca748ef (mark): 3 done
$ find marked -type f | sort
marked/a.png
marked/day2/b.png
marked/note.txt
marked/note.txt.c2pa
# A damaged file among good ones costs only itself.
$ head -c 50000 $MEDIA/pictures/astronaut.png > shots/cut.png
$ signmark batch run shots -o marked --layers metadata,manifest -j 1
job 6c7f7ac61ca748ef (mark): 3 done, 1 failed
  failed    <dir>/shots/cut.png: the input is damaged or cut off (byte 41: 426901 bytes needed, 49959 are left: the data is cut off)
  1         pipeline.damaged: restore the file first: a mark would vouch for the damage
  report    <dir>/.home/state/jobs/6c7f7ac61ca748ef/report.jsonl
  job list  <dir>/.home/state/jobs/6c7f7ac61ca748ef/job-list.jsonl
  page      <dir>/.home/state/jobs/6c7f7ac61ca748ef/summary.html
next: signmark batch retry 6c7f7ac61ca748ef
[exit 3]
$ JOB=$(signmark --json batch status | sed 's/.*"job":"\([0-9a-f]*\)".*/\1/'); signmark batch status $JOB
6c7f7ac61ca748ef  mark    3 done, 1 failed
  1         pipeline.damaged
# Resumed with other flags it would be another job.
$ signmark batch resume $JOB --layers metadata
signmark: error: 6c7f7ac61ca748ef: this job was planned with --layers metadata,manifest
hint: use `signmark batch run` for a new one
code: batch.job.changed
[exit 2]
$ signmark batch resume ffff
signmark: error: there is no job "ffff"
hint: signmark batch status lists all jobs
code: batch.job.unknown
[exit 2]
$ signmark batch resume $JOB | head -1
job 6c7f7ac61ca748ef (mark): 3 done, 1 failed
# A retry of the same bytes fails the same way; a restored file has other bytes and is planned anew.
$ signmark -q batch retry $JOB | head -3
job 6c7f7ac61ca748ef (mark): 3 done, 1 failed
  failed    <dir>/shots/cut.png: the input is damaged or cut off (byte 41: 426901 bytes needed, 49959 are left: the data is cut off)
  1         pipeline.damaged: restore the file first: a mark would vouch for the damage
$ cp $MEDIA/samples/rgb.png shots/cut.png && signmark -q batch run shots -o marked --layers metadata,manifest | head -1; ls marked
job 6c7f7ac61ca748ef (mark): 4 done, 1 failed
a.png
cut.png
day2
note.txt
note.txt.c2pa
$ signmark -q batch retry $JOB | head -1
job 6c7f7ac61ca748ef (mark): 4 done, 1 skipped
# Outputs that are gone are told; with --recheck those that were changed, too, and both count as failed.
$ rm marked/a.png; signmark batch run shots -o marked --layers metadata,manifest | grep gone
  gone      1 of the outputs
$ signmark batch run shots -o marked --layers metadata,manifest --recheck | head -4
job 6c7f7ac61ca748ef (mark): 3 done, 1 failed, 1 skipped
  failed    <dir>/shots/a.png: the output is gone
  1         batch.output.missing: signmark batch retry
  report    <dir>/.home/state/jobs/6c7f7ac61ca748ef/report.jsonl
$ signmark -q batch retry $JOB | head -1; signmark -q verify marked/a.png | head -1
job 6c7f7ac61ca748ef (mark): 4 done, 1 skipped
a.png: verified - marked as AI-generated by "sm1-5hgf-mjpu-lbz5-cdjt (sm1-f3ve-dp5c-revz-4uae)", signature and content verified
# Two sources that would get one place: the second is refused, not renamed.
$ mkdir other && cp shots/a.png other/ && signmark batch run other shots/day2 shots/a.png -o flat --layers metadata | head -4
job 6bbf7f9e33c3aad0 (mark): 2 done, 1 failed
  failed    <dir>/shots/a.png: another source has the same place in the output folder, or this one lies outside
  1         batch.destination: mark the folders one by one, or name the folder that holds both
  report    <dir>/.home/state/jobs/6bbf7f9e33c3aad0/report.jsonl
# What is marked already is not marked twice.
$ signmark batch run marked -o again --layers metadata,manifest | head -1
job b6da2d5eb6ec14a2 (mark): 4 skipped
$ signmark batch run marked -o again --layers metadata,manifest --existing other
signmark: error: --existing: other not in {fail,skip,add}
hint: signmark --help, or signmark VERB --help
code: cli.usage
[exit 2]
# Lists, one of them with NUL.
$ find shots -name '*.png' -print0 | signmark batch run --from - -0 -o listed --layers metadata -j 1 | head -1; find listed -type f | sort
job c41f34f6d5249457 (mark): 3 done
listed/shots/a.png
listed/shots/cut.png
listed/shots/day2/b.png
# Verifying: verdicts instead of files.
$ signmark batch run --verify marked -j 1
job 4cfca365bceef968 (verify): 4 done
  verdict   4 verified
  report    <dir>/.home/state/jobs/4cfca365bceef968/report.jsonl
  page      <dir>/.home/state/jobs/4cfca365bceef968/summary.html
$ signmark --json batch run --verify marked -j 1 | python3 -c 'import json,sys; [print(l["type"], l.get("verdict", ""), l.get("verdicts", "")) for l in map(json.loads, sys.stdin)]'
item verified 
item verified 
item verified 
item verified 
summary  {'verified': 4}
# Verdicts are of today's trust: the same command again judges anew when somebody became known, or a policy or a key did.
$ export FRIEND=$SIGNMARK_HOME.friend; SIGNMARK_HOME=$FRIEND signmark -q key new --kdf interactive --label Friend > /dev/null; mkdir theirs && SIGNMARK_HOME=$FRIEND signmark -q mark shots/a.png -o theirs/a.png --layers metadata,manifest > /dev/null; SIGNMARK_HOME=$FRIEND signmark -q trust export -o friend.smbundle > /dev/null
$ signmark -q batch run theirs --verify | head -2
job 853a86eb41c34481 (verify): 1 done
  verdict   1 untrusted
$ OLD=$(signmark --json batch status | grep '"untrusted":1' | sed 's/.*"job":"\([0-9a-f]*\)".*/\1/'); signmark -q trust add friend.smbundle --fingerprint $(SIGNMARK_HOME=$FRIEND signmark trust list --json | sed -n 's/.*"fingerprint":"\([0-9a-f]*\)".*/\1/p' | head -n 1)
now believed: sm1-l2dp-25vj-orop-3vfm  "Friend"  user
$ signmark -q batch run theirs --verify | head -2
job 1587010d6a489fbe (verify): 1 done
  verdict   1 verified
$ signmark batch resume $OLD
signmark: error: the trust store, its policy or the keys at hand were changed since this job was planned
hint: use `signmark batch run` for a new one: its verdicts then stand on one ground
code: batch.job.changed
[exit 2]
$ mkdir -p $SIGNMARK_HOME/config; printf '[trust]\nmax-bundle-age = "1s"\n' > $SIGNMARK_HOME/config/config.toml; sleep 2.2; signmark -q batch run theirs --verify | head -2; signmark -q verify theirs/a.png | tail -2 | head -1; rm $SIGNMARK_HOME/config/config.toml
job 21b9512a2d92d172 (verify): 1 done
  verdict   1 untrusted
  verdict   untrusted    tier confirmed
# A private carrier key that opens without a passphrase is tried, as with `verify`; it stays out of the workers.
$ signmark -q key new carrier --no-passphrase --label hidden > /dev/null; mkdir private && signmark -q mark $MEDIA/pictures/astronaut.png -o private/a.png --layers robust --carrier hidden --no-ledger > /dev/null
$ signmark -q batch run private --verify | head -2; signmark --json batch status | grep -c '"verified":1'
job 0aa296931a32f092 (verify): 1 done
  verdict   1 verified
2
# Archives are rebuilt entry by entry.
$ (cd shots && python3 -c 'import zipfile; z = zipfile.ZipFile("../album.zip", "w"); [z.write(n) for n in ("a.png", "day2/b.png")]; z.close()')
$ signmark batch run album.zip -o zipped --archive --layers metadata,manifest -j 1 | head -1; python3 -m zipfile -l zipped/album.zip | awk '{print $1}'
job 01c7911a2058d70a (mark): 1 done
File
a.png
day2/b.png
$ signmark batch run album.zip -o zipped2 --archive --archive-entries 1 -j 1 | head -3
job fbe4ae5f330d92db (mark): 1 failed
  failed    <dir>/album.zip: the archive has 2 entries; --archive-entries allows 1
  1         archive.too_many: raise it with --archive-entries=N if you trust the archive
# A damaged picture in an archive is its own failure; the archive is not written without it. Names are read in GBK.
$ head -c 50000 $MEDIA/pictures/astronaut.png > shots/hurt.png; (cd shots && python3 -c 'import zipfile; z = zipfile.ZipFile("../gbk.zip", "w"); z.write("hurt.png"); z.write("a.png", "zhaopian.png"); z.close()'); LC_ALL=C sed -i "s/zhaopian/$(printf '\xd5\xd5\xc6\xac0001')/g" gbk.zip
$ signmark --json batch run gbk.zip -o zipped --archive --layers metadata -j 1 | python3 -c 'import json,sys; r = json.loads(sys.stdin.readline()); print(r["state"], r["errors"][0]["code"], r["errors"][0]["message"]); [print(e["name"], e["state"], e.get("error", {}).get("code", "")) for e in r["entries"]]'; ls zipped
failed archive.entry 1 of 2 entries failed; the first: the input is damaged or cut off (byte 41: 426901 bytes needed, 49959 are left: the data is cut off)
hurt.png failed pipeline.damaged
照片0001.png done 
album.zip
$ python3 -c 'import zipfile; z = zipfile.ZipFile("good.zip", "w"); z.write("shots/a.png", "zhaopian.png"); z.close()'; LC_ALL=C sed -i "s/zhaopian/$(printf '\xd5\xd5\xc6\xac0001')/g" good.zip; signmark -q batch run good.zip -o zipped --archive --layers metadata -j 1 | head -1; python3 -m zipfile -l zipped/good.zip | awk '{print $1}'
job 8dd5536cf8847a85 (mark): 1 done
File
照片0001.png
# Months later: is the folder still what the job left?
$ LIST=$SIGNMARK_HOME/state/jobs/$JOB/job-list.jsonl; signmark batch check $LIST marked
marked: as it was listed
  files       5 matched
  job list    entry 8, checkpoint of 9 entries, 2026-11-26T15:47:57Z, by sm1-5hgf-mjpu-lbz5-cdjt ("sm1-f3ve-dp5c-revz-4uae", trusted)
# A list that no job left: files are as it says, but nobody signed for it.
$ mkdir one; cp marked/a.png one/; head -n 1 $LIST > short.jsonl; signmark batch check short.jsonl one
one: as it was listed
  files       1 matched
  job list    not in the ledger: nothing says that a job left this list
[exit 11]
$ signmark batch check short.jsonl one --no-ledger | tail -1
  job list    not looked up in a ledger
$ mv marked/day2/b.png marked/b.png; printf x >> marked/a.png; rm marked/note.txt; signmark batch check $LIST marked
  changed     a.png
  moved       b.png (listed as day2/b.png)
  missing     note.txt
marked: not as it was listed
  files       2 matched, 1 moved, 1 missing, 1 changed
  job list    entry 8, checkpoint of 9 entries, 2026-11-26T15:47:57Z, by sm1-5hgf-mjpu-lbz5-cdjt ("sm1-f3ve-dp5c-revz-4uae", trusted)
[exit 12]
$ signmark --json batch check $LIST marked | tail -1 | python3 -c 'import json,sys; r = json.loads(sys.stdin.readline()); print(r["exit_code"], r["complete"], r["valid"], r["files"])'
12 False False {'changed': 1, 'matched': 2, 'missing': 1, 'moved': 1}
$ signmark batch check shots/note.txt marked
signmark: error: shots/note.txt: line 1: this is no line of a job list
code: batch.list.syntax
[exit 1]
# Everything that was issued stands in the ledger, with one entry for each finished job list.
$ signmark ledger export --format csv | python3 -c 'import csv,sys,collections; print(sorted(collections.Counter(r["action"] for r in csv.DictReader(sys.stdin)).items()))'
[('job', 11), ('mark', 13)]
$ signmark batch status | wc -l
13
# A mark that is in the pixels alone counts as much as with `verify`.
$ mkdir bare && signmark -q mark $MEDIA/pictures/astronaut.png -o bare/a.png --layers robust --no-ledger > /dev/null
$ signmark -q verify bare/a.png | head -n 1
a.png: verified - marked as AI-generated by "sm1-5hgf-mjpu-lbz5-cdjt (sm1-f3ve-dp5c-revz-4uae)", signature read from the pixels and verified
$ signmark -q batch run bare --verify | head -n 2
job 4e321574889cbad4 (verify): 1 done
  verdict   1 verified
