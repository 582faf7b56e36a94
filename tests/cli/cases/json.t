# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
$ signmark verify --json marked.png --expect 00112233445566aa | python3 -c 'import json,sys; [print(d["type"], d.get("state", d.get("verdict", ""))) for d in map(json.loads, sys.stdin)]'
$ signmark verify --json marked.png --expect ffffffffffffffff > /dev/null
$ signmark --json verify absent.png
