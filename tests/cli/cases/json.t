# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
{
    "aigc": {
        "ContentProducer": "sm1-pfm4-r2cv-i5mp-mams",
        "ContentPropagator": "sm1-pfm4-r2cv-i5mp-mams",
        "Label": "1",
        "ProduceID": "00112233445566aa",
        "PropagateID": "00112233445566aa",
        "ReservedCode1": "ad90cab1e1f0fbf626f00fd77c73d693b4f775961285816bb84c3fa710602cf800b6ade6e03ac6c98092ed09b8c0d1b46b0f0f342705cd7a9c8990f1e1ca6e09",
        "ReservedCode2": ""
    },
    "aigc_kept": false,
    "content_id": "00112233445566aa",
    "input": {
        "bytes": 426958,
        "path": "photo.png"
    },
    "manifest": "urn:c2pa:3fe8e292-9677-4d0a-8819-848d39c3148f:signmark",
    "output": {
        "bytes": 435261,
        "path": "marked.png"
    },
    "robust": {
        "id_margin_db": 15.1064920561536,
        "psnr_db": 44.365548602554306,
        "signed_frame": true,
        "signed_margin_db": 8.137969652176986,
        "ssim": 0.988500000446038,
        "tile_px": 102.65829135436564,
        "tiles": 16
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
finding trusted
item verified
summary 
$ signmark verify --json marked.png --expect ffffffffffffffff > /dev/null
[exit 12]
$ signmark --json verify absent.png
{"code":"base.file.open","hint":"is the name right, and the folder?","message":"cannot open the file: no such file or directory","schema":"signmark/1","type":"error","where":"absent.png"}
{"exit_code":1,"files":1,"schema":"signmark/1","type":"summary"}
[exit 1]
