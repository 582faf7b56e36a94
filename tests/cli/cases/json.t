# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
{
    "aigc": {
        "ContentProducer": "sm1-diph-rn2x-4p45-rue7",
        "ContentPropagator": "sm1-diph-rn2x-4p45-rue7",
        "Label": "1",
        "ProduceID": "00112233445566aa",
        "PropagateID": "00112233445566aa",
        "ReservedCode1": "c8a4daf562b6bd83ba93f36c667b195f1ad2b3488ca435ffa2624a55621fdab13d53a3153972e5d526abdb279553faff10c83b917fce671c5728565f68385d06",
        "ReservedCode2": ""
    },
    "aigc_kept": false,
    "content_id": "00112233445566aa",
    "input": {
        "bytes": 426958,
        "path": "photo.png"
    },
    "ledger": {
        "sequence": 0
    },
    "manifest": "urn:c2pa:529d86b1-5160-45f8-a82a-e09296b11e6f:signmark",
    "output": {
        "bytes": 433969,
        "path": "marked.png"
    },
    "robust": {
        "id_margin_db": 13.099,
        "psnr_db": 43.976,
        "signed_frame": true,
        "signed_margin_db": 6.809,
        "ssim": 0.991,
        "tile_px": 106.63,
        "tiles": 15
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
