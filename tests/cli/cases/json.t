# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
{
    "aigc": {
        "ContentProducer": "sm1-azqp-htby-7ji3-bh5g",
        "ContentPropagator": "sm1-azqp-htby-7ji3-bh5g",
        "Label": "1",
        "ProduceID": "00112233445566aa",
        "PropagateID": "00112233445566aa",
        "ReservedCode1": "c53b3229d275802b3864a480c6fd1686275cf316862138b902dff2fb1a08c7fa561617f42d467dc182342646f4a7bce99213adfd8e92a4e428d5d24b03ec0400",
        "ReservedCode2": ""
    },
    "aigc_kept": false,
    "content_id": "00112233445566aa",
    "input": {
        "bytes": 426958,
        "path": "photo.png"
    },
    "manifest": "urn:c2pa:7c17c19e-48ef-46b5-b6c1-7149041e7598:signmark",
    "output": {
        "bytes": 429732,
        "path": "marked.png"
    },
    "schema": "signmark/1",
    "type": "item",
    "visible": {
        "glyph_height_px": 26,
        "height_px": 45,
        "width_px": 109,
        "x_px": 393,
        "y_px": 457
    }
}
$ signmark verify --json marked.png --expect 00112233445566aa | python3 -c 'import json,sys; [print(d["type"], d.get("state", d.get("verdict", ""))) for d in map(json.loads, sys.stdin)]'
finding trusted
finding present
finding present
item verified
summary 
$ signmark verify --json marked.png --expect ffffffffffffffff > /dev/null
[exit 12]
$ signmark --json verify absent.png
{"code":"base.file.open","message":"cannot open the file: no such file or directory","schema":"signmark/1","type":"error","where":"absent.png"}
{"exit_code":1,"files":1,"schema":"signmark/1","type":"summary"}
[exit 1]
