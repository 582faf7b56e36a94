# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
{
    "aigc": {
        "ContentProducer": "sm1-lbhi-qbuh-af2c-7czc",
        "ContentPropagator": "sm1-lbhi-qbuh-af2c-7czc",
        "Label": "1",
        "ProduceID": "00112233445566aa",
        "PropagateID": "00112233445566aa",
        "ReservedCode1": "ce21c73cca0881d610f616d79f9d557f14a70f790a20baa0aacf6af828331567886031b07b3bed41f89792a53de6a0fa69d759c5cdf56177421eb5268f8b0703",
        "ReservedCode2": ""
    },
    "aigc_kept": false,
    "content_id": "00112233445566aa",
    "input": {
        "bytes": 426958,
        "path": "photo.png"
    },
    "manifest": "urn:c2pa:054a264d-64d4-4eca-92c4-c3f985336dec:signmark",
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
