# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
{
    "aigc": {
        "ContentProducer": "sm1-k3xn-xvkk-467d-qk4s",
        "ContentPropagator": "sm1-k3xn-xvkk-467d-qk4s",
        "Label": "1",
        "ProduceID": "00112233445566aa",
        "PropagateID": "00112233445566aa",
        "ReservedCode1": "d20ced1cbd517e488b67bd63651d6f447dc4f08b1f929083e4cc659b00009f020e5dae32c6d24cfb35b8aa89c9dd029491ed4c1112b97a7a044d67ffa5eba10c",
        "ReservedCode2": ""
    },
    "aigc_kept": false,
    "content_id": "00112233445566aa",
    "input": {
        "bytes": 426958,
        "path": "photo.png"
    },
    "manifest": "urn:c2pa:b1416fd3-f7ee-479e-9371-c469db9ff187:signmark",
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
{"code":"base.file.open","hint":"is the name right, and the folder?","message":"cannot open the file: no such file or directory","schema":"signmark/1","type":"error","where":"absent.png"}
{"exit_code":1,"files":1,"schema":"signmark/1","type":"summary"}
[exit 1]
