# One JSON object a line, for programs.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark --json mark photo.png -o marked.png --agent "Picture Maker" --model pm-3 --content-id 00112233445566aa | python3 -m json.tool --json-lines --no-ensure-ascii
{
    "aigc": {
        "ContentProducer": "sm1-eexp-merm-bl4y-ahkv",
        "ContentPropagator": "sm1-eexp-merm-bl4y-ahkv",
        "Label": "1",
        "ProduceID": "00112233445566aa",
        "PropagateID": "00112233445566aa",
        "ReservedCode1": "91f6d766c6eca003114ebefa129a23f44ca889ebab6964c8ba44306702e2090f9e4c09b23c17b3eda0953c588810942ca6f5f05652630fbe8bb8e7ccb7b93a06",
        "ReservedCode2": ""
    },
    "aigc_kept": false,
    "content_id": "00112233445566aa",
    "input": {
        "bytes": 426958,
        "path": "photo.png"
    },
    "manifest": "urn:c2pa:aa3da57b-03e7-46e8-9c29-1dd81e64aae4:signmark",
    "output": {
        "bytes": 435108,
        "path": "marked.png"
    },
    "robust": {
        "id_margin_db": 14.614844175856138,
        "psnr_db": 44.35287012924003,
        "signed_frame": true,
        "signed_margin_db": 8.018661174883787,
        "ssim": 0.988500000446038,
        "tile_px": 104.01634449616074,
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
