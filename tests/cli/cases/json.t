# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
{
    "aigc": {
        "ContentProducer": "sm1-oajp-jcgg-6tg2-dotl",
        "ContentPropagator": "sm1-oajp-jcgg-6tg2-dotl",
        "Label": "1",
        "ProduceID": "00112233445566aa",
        "PropagateID": "00112233445566aa",
        "ReservedCode1": "230b846272b1364fdc6de3e0cc7e4a1d7df73ca7d44b19047b8b9f486c0317951209134dc23583b22e668bef58c28ad91f4f05826cbc56fe258d6429a720c600",
        "ReservedCode2": ""
    },
    "aigc_kept": false,
    "content_id": "00112233445566aa",
    "input": {
        "bytes": 426958,
        "path": "photo.png"
    },
    "manifest": "urn:c2pa:071e4b6e-da2c-4f33-9852-132a78554e2c:signmark",
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
