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
job 8be4b8939fc775b6 (mark, dry run): 3 planned
next: the same with `signmark batch run`
$ ls
shots
test_media
$ signmark batch status
no jobs
# The run; the same again has nothing left to do.
$ signmark batch run shots -o marked --layers metadata,manifest -j 1
job 8be4b8939fc775b6 (mark): 3 done
  report    <dir>/.home/state/jobs/8be4b8939fc775b6/report.jsonl
  job list  <dir>/.home/state/jobs/8be4b8939fc775b6/job-list.jsonl
  page      <dir>/.home/state/jobs/8be4b8939fc775b6/summary.html
$ signmark -q batch run shots -o marked --layers metadata,manifest -j 1 | head -1
job 8be4b8939fc775b6 (mark): 3 done
$ find marked -type f | sort
marked/a.png
marked/day2/b.png
marked/note.txt
marked/note.txt.c2pa
# A damaged file among good ones costs only itself.
$ head -c 50000 $MEDIA/pictures/astronaut.png > shots/cut.png
$ signmark batch run shots -o marked --layers metadata,manifest -j 1
job 8be4b8939fc775b6 (mark): 3 done, 1 failed
  failed    <dir>/shots/cut.png: the input is damaged or cut off (byte 41: 426901 bytes needed, 49959 are left: the data is cut off)
  1         pipeline.damaged: restore the file first: a mark would vouch for the damage
  report    <dir>/.home/state/jobs/8be4b8939fc775b6/report.jsonl
  job list  <dir>/.home/state/jobs/8be4b8939fc775b6/job-list.jsonl
  page      <dir>/.home/state/jobs/8be4b8939fc775b6/summary.html
next: signmark batch retry 8be4b8939fc775b6
[exit 3]
$ JOB=$(signmark --json batch status | sed 's/.*"job":"\([0-9a-f]*\)".*/\1/'); signmark batch status $JOB
8be4b8939fc775b6  mark    3 done, 1 failed
  1         pipeline.damaged
# Resumed with other flags it would be another job.
$ signmark batch resume $JOB --layers metadata
signmark: error: 8be4b8939fc775b6: this job was planned with --layers metadata,manifest
hint: use `signmark batch run` for a new one
code: batch.job.changed
[exit 2]
$ signmark batch resume ffff
signmark: error: there is no job "ffff"
hint: signmark batch status lists all jobs
code: batch.job.unknown
[exit 2]
$ signmark batch resume $JOB | head -1
job 8be4b8939fc775b6 (mark): 3 done, 1 failed
# A retry of the same bytes fails the same way; a restored file has other bytes and is planned anew.
$ signmark -q batch retry $JOB | head -3
job 8be4b8939fc775b6 (mark): 3 done, 1 failed
  failed    <dir>/shots/cut.png: the input is damaged or cut off (byte 41: 426901 bytes needed, 49959 are left: the data is cut off)
  1         pipeline.damaged: restore the file first: a mark would vouch for the damage
$ cp $MEDIA/samples/rgb.png shots/cut.png && signmark -q batch run shots -o marked --layers metadata,manifest | head -1; ls marked
job 8be4b8939fc775b6 (mark): 4 done, 1 failed
a.png
cut.png
day2
note.txt
note.txt.c2pa
$ signmark -q batch retry $JOB | head -1
job 8be4b8939fc775b6 (mark): 4 done, 1 skipped
# Outputs that were changed or lost are noticed when asked for.
$ rm marked/a.png; signmark batch run shots -o marked --layers metadata,manifest --recheck | head -4
job 8be4b8939fc775b6 (mark): 3 done, 1 failed, 1 skipped
  failed    <dir>/shots/a.png: the output is gone
  1         batch.output.missing: signmark batch retry
  report    <dir>/.home/state/jobs/8be4b8939fc775b6/report.jsonl
$ signmark -q batch retry $JOB | head -1; signmark -q verify marked/a.png | head -1
job 8be4b8939fc775b6 (mark): 4 done, 1 skipped
a.png: verified - marked as AI-generated by "sm1-cqhd-eocf-oezj-6idn (sm1-yf2f-5d6h-us3z-mnxo)", signature and content verified
# Two sources that would get one place: the second is refused, not renamed.
$ mkdir other && cp shots/a.png other/ && signmark batch run other shots/day2 shots/a.png -o flat --layers metadata | head -4
job 9aa0a37bc62ae83b (mark): 2 done, 1 failed
  failed    <dir>/shots/a.png: another source has the same place in the output folder, or this one lies outside
  1         batch.destination: mark the folders one by one, or name the folder that holds both
  report    <dir>/.home/state/jobs/9aa0a37bc62ae83b/report.jsonl
# What is marked already is not marked twice.
$ signmark batch run marked -o again --layers metadata,manifest | head -1
job db02b4726f16ec7f (mark): 4 skipped
$ signmark batch run marked -o again --layers metadata,manifest --existing other
signmark: error: --existing: other not in {fail,skip,add}
hint: signmark --help, or signmark VERB --help
code: cli.usage
[exit 2]
# Lists, one of them with NUL.
$ find shots -name '*.png' -print0 | signmark batch run --from - -0 -o listed --layers metadata -j 1 | head -1; find listed -type f | sort
job 97b4b0b6f5c4a620 (mark): 3 done
listed/shots/a.png
listed/shots/cut.png
listed/shots/day2/b.png
# Verifying: verdicts instead of files.
$ signmark batch run --verify marked -j 1
job fe6018b10d5dd4e3 (verify): 4 done
  verdict   4 verified
  report    <dir>/.home/state/jobs/fe6018b10d5dd4e3/report.jsonl
  page      <dir>/.home/state/jobs/fe6018b10d5dd4e3/summary.html
$ signmark --json batch run --verify marked -j 1 | python3 -c 'import json,sys; [print(l["type"], l.get("verdict", ""), l.get("verdicts", "")) for l in map(json.loads, sys.stdin)]'
item verified 
item verified 
item verified 
item verified 
summary  {'verified': 4}
# Archives are rebuilt entry by entry.
$ (cd shots && python3 -c 'import zipfile; z = zipfile.ZipFile("../album.zip", "w"); [z.write(n) for n in ("a.png", "day2/b.png")]; z.close()')
$ signmark batch run album.zip -o zipped --archive --layers metadata,manifest -j 1 | head -1; python3 -m zipfile -l zipped/album.zip | awk '{print $1}'
job c6a9045ec5365dc2 (mark): 1 done
File
a.png
day2/b.png
$ signmark batch run album.zip -o zipped2 --archive --archive-entries 1 -j 1 | head -3
job dae627f2f2a31d15 (mark): 1 failed
  failed    <dir>/album.zip: the archive has 2 entries; --archive-entries allows 1
  1         archive.too_many: raise it with --archive-entries=N if you trust the archive
# Everything that was issued stands in the ledger, with one entry for each finished job list.
$ signmark ledger export --format csv | python3 -c 'import csv,sys,collections; print(sorted(collections.Counter(r["action"] for r in csv.DictReader(sys.stdin)).items()))'
[('job', 9), ('mark', 12)]
$ signmark batch status | wc -l
7
# A mark that is in the pixels alone counts as much as with `verify`.
$ mkdir bare && signmark -q mark $MEDIA/pictures/astronaut.png -o bare/a.png --layers robust --no-ledger > /dev/null
$ signmark -q verify bare/a.png | head -n 1
a.png: verified - marked as AI-generated by "sm1-cqhd-eocf-oezj-6idn (sm1-yf2f-5d6h-us3z-mnxo)", signature read from the pixels and verified
$ signmark -q batch run bare --verify | head -n 2
job 5bd20ab9517e9c2c (verify): 1 done
  verdict   1 verified
