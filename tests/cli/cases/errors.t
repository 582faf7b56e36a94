# Wrong input: one clear error that names the file, the place and the cure.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive > /dev/null
$ signmark verify absent.png
signmark: error: absent.png: cannot open the file: no such file or directory
hint: is the name right, and the folder?
code: base.file.open
[exit 1]
$ signmark verify .
signmark: error: .: this is a directory
hint: name the files in it
code: base.file.type
[exit 1]
$ printf 'hello\377' > hello.png; signmark verify hello.png
hello.png: inconclusive - file: the bytes are of no known format
  metadata  unreadable file
                       the bytes are of no known format
  problem   byte 0: the bytes are of no known format
  verdict   inconclusive    tier unknown
[exit 14]
$ : > empty.png; signmark verify empty.png
empty.png: inconclusive - file: the bytes are of no known format
  metadata  unreadable file
                       the bytes are of no known format
  problem   byte 0: the bytes are of no known format
  verdict   inconclusive    tier unknown
[exit 14]
$ signmark mark hello.png -o out.png
signmark: error: hello.png: byte 0: the bytes are of no known format
hint: known are PNG, JPEG, WebP, GIF, TIFF, AVIF, HEIF, MP4, Matroska, WebM, FLV, AVI, WAV, MP3, FLAC, Ogg, AAC, C2PA sidecars, text, Markdown, HTML, JSON, SRT, VTT, DOCX, XLSX, PPTX, ODT, EPUB, PDF
code: container.format.unknown
[exit 1]
$ signmark mark photo.png
signmark: error: photo.png: no output named
hint: write -o OUT, or --in-place to replace photo.png
code: cli.usage
[exit 2]
$ signmark mark photo.png -o out.png --in-place
signmark: error: photo.png: -o and --in-place exclude each other
hint: write -o OUT, or --in-place to replace photo.png
code: cli.usage
[exit 2]
$ signmark mark photo.png -o /nonexistent/out.png
signmark: error: /nonexistent/out.png: cannot create the output: no such file or directory
hint: does the folder exist, and may you write there?
code: base.file.create
[exit 1]
$ head -c 5000 photo.png > cut.png; signmark mark cut.png -o out.png
signmark: error: cut.png: the input is damaged or cut off (byte 41: 426901 bytes needed, 4959 are left: the data is cut off)
hint: restore the file first: a mark would vouch for the damage
code: pipeline.damaged
[exit 1]
$ signmark verify cut.png
cut.png: inconclusive - C2PA manifest: the file is damaged or cut off, so a manifest may be missing
  manifest  unreadable C2PA manifest
                       the file is damaged or cut off, so a manifest may be missing
  metadata  unreadable AIGC record
                       the file is damaged or cut off, so a record may be missing
  robust    unreadable robust mark
                       cannot decode the PNG: the file ends too early
  problem   cannot decode the PNG: the file ends too early
  problem   byte 41: 426901 bytes needed, 4959 are left: the data is cut off
  verdict   inconclusive    tier unknown
[exit 14]
$ signmark mark photo.png -o out.png --text "made by a robot"
signmark: error: photo.png: the label lacks the AI element: 人工智能 or AI in capital letters (GB 45438-2025 5.1 to 5.4)
hint: for example AI生成, 人工智能合成, AI-generated
code: label.wording.ai-element
[exit 20]
$ signmark mark photo.png -o out.png --text "AI"
signmark: error: photo.png: the label lacks the generation element: 生成 or 合成 (in English generated, synthesized, synthetic) (GB 45438-2025 5.1 to 5.4)
hint: for example AI生成, 人工智能合成, AI-generated
code: label.wording.generation-element
[exit 20]
$ signmark mark photo.png -o out.png --text "生成" 
signmark: error: photo.png: the label lacks the AI element: 人工智能 or AI in capital letters (GB 45438-2025 5.1 to 5.4)
hint: for example AI生成, 人工智能合成, AI-generated
code: label.wording.ai-element
[exit 20]
$ signmark mark photo.png -o out.png --text "AI生成 ไทย"
signmark: error: photo.png: cannot draw U+0E44 in a label: its script needs shaping
hint: write the label in Chinese, Japanese, Korean, Latin, Greek or Cyrillic letters
code: label.font.script
[exit 1]
$ signmark mark photo.png -o out.png --producer "Name With Spaces"
signmark: error: photo.png: ContentProducer holds a space at byte 4; only printable ASCII without space should stand there (GB 45438-2025 Annex E j))
code: label.aigc.charset
[exit 20]
$ signmark mark photo.png -o out.png --producer 001191110102MACQD9K65010000
signmark: error: photo.png: ContentProducer: the check digit of the credit code is wrong (GB 32100) (TC260-PG-20252A)
code: label.code.check
[exit 20]
$ signmark mark photo.png -o out.png --content-id 12
signmark: error: 12: a content id has 16 hexadecimal digits
code: cli.content-id
[exit 2]
$ signmark mark photo.png -o out.png --layers visible,robots
signmark: error: layers: there is no layer "robots"
hint: choose from robust,visible,metadata,manifest
code: pipeline.layers
[exit 2]
$ signmark mark photo.png -o out.png --signer nobody
signmark: error: there is no signing key "nobody"
hint: signmark key list shows them all
code: keys.select.none
[exit 15]
$ printf 'wrong\n' > wrong && chmod 600 wrong; signmark mark photo.png -o out.png --passphrase-file wrong
signmark: error: <dir>/.home/data/keys/signing/sm1-u5ts-lj7c-fmpu-qucg.key: the passphrase does not open this key, or the file is damaged
hint: try again; the key's .key~ may hold an older copy
code: keys.unlock
[exit 15]
$ chmod 644 wrong; signmark mark photo.png -o out.png --passphrase-file wrong
signmark: error: wrong: the file has mode 0644: others may use it
hint: chmod 600 'wrong'
code: keys.file.permissions
[exit 15]
$ env -u CREDENTIALS_DIRECTORY signmark --no-input mark photo.png -o out.png
signmark: error: <dir>/.home/data/keys/signing/sm1-u5ts-lj7c-fmpu-qucg.key: a passphrase for signing key sm1-u5ts-lj7c-fmpu-qucg is needed, and nobody may be asked
hint: use --passphrase-fd, --passphrase-file or a systemd credential
code: keys.passphrase.none
[exit 15]
$ signmark --limit image-side=100 mark photo.png -o out.png
signmark: error: photo.png: the picture is 512 x 512 pixels, a side may have 100
hint: raise it with --limit image-side=512
code: image.limit
[exit 1]
$ signmark --config absent.toml verify photo.png
signmark: error: absent.toml: there is no such settings file
code: cli.config
[exit 2]
$ printf '[mark]\nproducr = "x"\n' > typo.toml; signmark --config typo.toml mark photo.png -o out.png
signmark: error: typo.toml:2:11: "producr" is no setting of a profile
hint: see `signmark mark --help` for the names of settings
code: cli.config
[exit 2]
$ signmark propagate photo.png -o out.png --propagator x
signmark: error: photo.png: nothing says that this file is AI-generated
hint: use --declared when the uploader says so
code: pipeline.propagate.none
[exit 1]
$ signmark propagate photo.png -o out.png
signmark: error: nobody is named as the propagator
hint: use --propagator with your 27-character code or name
code: pipeline.propagator
[exit 1]
$ ls | grep -v test_media
cut.png
empty.png
hello.png
photo.png
typo.toml
wrong
